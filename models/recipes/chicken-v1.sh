#!/bin/sh
# How chicken-v1 was made. Needs `pip install 'henwise[train]'`, about an hour and a half on two cores, and
#   FLOCK  folder of licensed pictures: images/train, labels/train, images/val, labels/val (sources: chicken-v1.toml)
#   BASE   a YOLO26n checkpoint taught on COCO
#   OUT    an empty folder for scenes and runs
set -eu
: "${FLOCK:?folder of licensed pictures}" "${BASE:?YOLO26n checkpoint (.pt)}" "${OUT:?empty folder to work in}"
here=$(cd "$(dirname "$0")" && pwd)
FLOCK=$(cd "$FLOCK" && pwd)
OUT=$(mkdir -p "$OUT" && cd "$OUT" && pwd)

# Scenes. The first stage used an earlier version of scenes.py, without feeder lines and with birds turned freely in
# oblique views (commit "draw synthetic flocks, train, measure and export a detector"); today's is a superset.
henwise-models scenes "$FLOCK" --out "$OUT/scenes-a" --count 550 --seed 11 --skip "$here/skip-cuts.txt"
henwise-models scenes "$FLOCK" --out "$OUT/scenes-a" --count 550 --seed 12 --skip "$here/skip-cuts.txt"
henwise-models scenes "$FLOCK" --out "$OUT/scenes-b" --count 700 --seed 21 --skip "$here/skip-cuts.txt"
# Birds of the val pictures, never trained on, for choosing the threshold.
henwise-models scenes "$FLOCK" --out "$OUT/scenes" --count 60 --seed 99 --split val --skip "$here/skip-cuts.txt"

dataset() { # name, folders of scenes: the licensed pictures twice, the scenes once
    printf 'train: [%s/images/train, %s/images/train, %s]\nval: %s/images/val\nnames: [chicken]\n' \
        "$FLOCK" "$FLOCK" "$2" "$OUT/scenes" > "$OUT/$1.yaml"
}
dataset first "$OUT/scenes-a/images/train"
dataset second "$OUT/scenes-b/images/train"
printf 'train: %s/images/train\nval: %s/images/val\nnames: [chicken]\n' "$FLOCK" "$FLOCK" > "$OUT/flock.yaml"
printf 'train: %s/images/val\nval: %s/images/val\nnames: [chicken]\n' "$OUT/scenes" "$OUT/scenes" > "$OUT/scenes.yaml"

# The first stage was planned for 9 epochs and stopped by hand after the fifth, for want of time.
henwise-models train "$OUT/first.yaml" --weights "$BASE" --out "$OUT/first" --epochs 9 --size 448
henwise-models train "$OUT/second.yaml" --weights "$OUT/first/weights/last.pt" --out "$OUT/second" \
    --epochs 4 --size 480 --learning-rate 0.0006 --threads 1

henwise-models export "$OUT/second/weights/last.pt" --about "$here/chicken-v1.toml" --out "$OUT/chicken-v1.onnx"
henwise-models evaluate "$OUT/scenes.yaml" "$OUT/flock.yaml" --network "$OUT/chicken-v1.onnx" --choose
henwise-models evaluate "$OUT/scenes.yaml" "$OUT/flock.yaml" --network "$OUT/chicken-v1.onnx" --write
