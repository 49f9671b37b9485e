#!/bin/sh
# How posture-v2 was made. Needs `pip install 'henwise[train]'`, the module bpy for the sprites, and
#   FLOCK    folder of licensed pictures: images and labels, train and val
#   SPRITES  folder of rendered birds: python -m models.training.blender sprites --out SPRITES --count 100 --seed 100
#   SIDE     a copy of SPRITES with 34 sheets more, seen low: ... sprites --out SIDE --first 100 --count 34 --seed 100 --elevation 3 45
#   BASE     checkpoint (.pt) of the detector chicken-v1
#   OUT      an empty folder to work in
set -eu
: "${FLOCK:?}" "${SPRITES:?}" "${SIDE:?}" "${BASE:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

# Nine epochs on a first draw alone were too many for 4,500 crops; a second draw of the same size was then added.
henwise-models postures "$SPRITES" --flock "$FLOCK" --skip "$here/skip-cuts.txt" --out "$OUT/postures" \
    --each 2550 --real 630
henwise-models train-classifier "$OUT/postures" --weights "$BASE" --out "$OUT/run" --upright \
    --epochs 11 --size 96 --threads 1

# Until here it is posture-v1. Then two epochs on a draw from all sheets, to which every fifth rendered crop and the real
# ones of the first draw were added; the mean of both runs, the second counted twice, has the lowest loss on val.
henwise-models postures "$SIDE" --flock "$FLOCK" --out "$OUT/more" --each 1500 --real 0 --seed 6
for posture in lying sitting standing; do
    find "$OUT/postures/train/$posture" -name 'real*.jpg' -exec cp {} "$OUT/more/train/$posture" \;
    find "$OUT/postures/train/$posture" -name 'rendered*.jpg' | sort | awk 'NR % 5 == 0' |
        while read -r crop; do cp "$crop" "$OUT/more/train/$posture/first_$(basename "$crop")"; done
done
henwise-models train-classifier "$OUT/more" --weights "$OUT/run/weights/last.pt" --out "$OUT/second" --upright \
    --epochs 2 --size 96 --learning-rate 0.0005 --threads 1
henwise-models average "$OUT/run/weights/last.pt" "$OUT/second/weights/last.pt" "$OUT/second/weights/last.pt" \
    --out "$OUT/mean.pt"

henwise-models export "$OUT/mean.pt" --about "$here/posture-v2.toml" --out "$OUT/posture-v2.onnx"
henwise-models evaluate-classifier "$OUT/posture-v2.onnx" "$OUT/postures/val" --choose --target 0.85 --write
henwise-models evaluate-classifier "$OUT/posture-v2.onnx" "$OUT/postures/test" "$OUT/more/test" --write
