#!/bin/sh
# How chicken-v3 was made. Needs `pip install 'henwise[train]'`, for the birds an environment of its own with
# `pip install "bpy==5.0.1" "numpy<2"` on Python 3.11, four to five hours on two cores that do nothing else, and
#   FLOCK   folder of licensed pictures: images/train, labels/train, images/val, labels/val (sources: chicken-v3.toml)
#   BASE    checkpoint (.pt) of chicken-v1 (commit 854ad21 has its recipe), or a YOLO26n checkpoint taught on COCO
#   BLENDER the Python of the environment with bpy
#   OUT     an empty folder to work in
# Another seed: set SEED. One that was cut off: start it again, finished parts are left alone (not the training, see
# --resume of henwise-models train).
set -eu
: "${FLOCK:?folder of licensed pictures}" "${BASE:?checkpoint (.pt)}" "${BLENDER:?Python with bpy}" "${OUT:?folder}"
SEED=${SEED:-0}
here=$(cd "$(dirname "$0")" && pwd)
FLOCK=$(cd "$FLOCK" && pwd)
OUT=$(mkdir -p "$OUT" && cd "$OUT" && pwd)

# Birds: 100 sheets of 24 for training, others, never trained on, for choosing the threshold.
render() { (cd "$here/../.." && "$BLENDER" -m models.training.blender sprites --out "$OUT/$1" --count "$2" --seed "$3"); }
render birds 100 100
render birds-val 6 900

# Houses full of them, and the flat scenes of chicken-v1 with birds cut out of the licensed pictures.
henwise-models houses "$OUT/birds" --out "$OUT/houses" --count 1140 --seed 31
henwise-models houses "$OUT/birds-val" --out "$OUT/houses-val" --count 36 --seed 77 --split val
henwise-models scenes "$FLOCK" --out "$OUT/scenes-train" --count 350 --seed 21 --skip "$here/skip-cuts.txt"
henwise-models scenes "$FLOCK" --out "$OUT/scenes" --count 60 --seed 99 --split val --skip "$here/skip-cuts.txt"

pictures=$FLOCK/images/train
printf 'train: [%s, %s, %s, %s]\nval: %s/images/val\nnames: [chicken]\n' \
    "$pictures" "$pictures" "$OUT/houses/images/train" "$OUT/scenes-train/images/train" "$OUT/scenes" > "$OUT/all.yaml"
for set in houses-val scenes; do
    printf 'train: %s/images/val\nval: %s/images/val\nnames: [chicken]\n' "$OUT/$set" "$OUT/$set" > "$OUT/$set.yaml"
done
printf 'train: %s\nval: %s/images/val\nnames: [chicken]\n' "$pictures" "$FLOCK" > "$OUT/flock.yaml"

# The shipped weights came about in nine passes (models/LOG.md): chicken-v2's eight over changing selections while the birds
# were still being rendered, then one calm run of five epochs over everything at 5e-4. This is the same in one piece:
henwise-models train "$OUT/all.yaml" --weights "$BASE" --out "$OUT/run" \
    --epochs 8 --size 640 --learning-rate 0.0007 --seed "$SEED" --threads 1

henwise-models export "$OUT/run/weights/last.pt" --about "$here/chicken-v3.toml" --out "$OUT/chicken-v3.onnx"
henwise-models evaluate "$OUT/houses-val.yaml" "$OUT/scenes.yaml" --network "$OUT/chicken-v3.onnx" --choose
henwise-models evaluate "$OUT/houses-val.yaml" "$OUT/scenes.yaml" "$OUT/flock.yaml" \
    --network "$OUT/chicken-v3.onnx" --write
