#!/bin/sh
# How posture-v1 was made. Needs `pip install 'henwise[train]'`, the module bpy for the sprites, and
#   FLOCK    folder of licensed pictures: images and labels, train and val
#   SPRITES  folder of rendered birds: python -m models.training.blender sprites --out SPRITES --count 220 --seed 100
#   BASE     checkpoint (.pt) of the detector chicken-v1
#   OUT      an empty folder to work in
set -eu
: "${FLOCK:?}" "${SPRITES:?}" "${BASE:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

# Nine epochs on a first draw alone were too many for 4,500 crops; a second draw of the same size was then added.
henwise-models postures "$SPRITES" --flock "$FLOCK" --skip "$here/skip-cuts.txt" --out "$OUT/postures" \
    --each 2550 --real 630
henwise-models train-classifier "$OUT/postures" --weights "$BASE" --out "$OUT/run" --upright \
    --epochs 11 --size 96 --threads 1

henwise-models export "$OUT/run/weights/last.pt" --about "$here/posture-v1.toml" --out "$OUT/posture-v1.onnx"
henwise-models evaluate-classifier "$OUT/posture-v1.onnx" "$OUT/postures/val" --choose --target 0.85 --write
henwise-models evaluate-classifier "$OUT/posture-v1.onnx" "$OUT/postures/test" --write
