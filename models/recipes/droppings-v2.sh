#!/bin/sh
# How droppings-v2 was made. Needs `pip install 'henwise[train]'`, about an hour on one free core, and
#   DROPPINGS  folder of photos: train/<class>, val/<class> (droppings-v2.toml says whose)
#   FLOCK      folder of licensed bird pictures: images/train, images/val
#   OTHERS     folder of free pictures of anything else (droppings-v2.toml lists ours)
#   BASE       checkpoint (.pt) of the detector chicken-v1
#   POSTURES   folder made by `henwise-models postures`, or unset
#   OUT        an empty folder to work in
set -eu
: "${DROPPINGS:?}" "${FLOCK:?}" "${OTHERS:?}" "${BASE:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

# Each photo once as it is, 1.6 times on another ground and 0.8 times as it is, under other lamps. The first two stages
# (droppings-v1) saw fewer grounds and weaker lamps; models/LOG.md tells the stages as they were.
henwise-models droppings "$DROPPINGS" --flock "$FLOCK" --others "$OTHERS" --out "$OUT/droppings" --seed 0
# Crops of birds, made for the posture network, are no droppings either: 530 of them.
if [ -n "${POSTURES:-}" ]; then
    find "$POSTURES/train" -name '*.jpg' | sort | awk 'NR % 18 == 0' | head -n 530 |
        while read -r crop; do
            cp "$crop" "$OUT/droppings/train/not_droppings/bird-$(basename "$(dirname "$crop")")-$(basename "$crop")"
        done
fi
henwise-models train-classifier "$OUT/droppings" --weights "$BASE" --out "$OUT/first" \
    --epochs 12 --size 160 --threads 1
henwise-models train-classifier "$OUT/droppings" --weights "$OUT/first/weights/last.pt" --out "$OUT/second" \
    --epochs 5 --size 160 --learning-rate 0.0003 --threads 1
# The third stage was planned for 16 epochs and cut off after 6, its rate still high. The mean of it and the stage before
# is better than each, in daylight and under lamps.
henwise-models train-classifier "$OUT/droppings" --weights "$OUT/second/weights/last.pt" --out "$OUT/third" \
    --epochs 6 --size 160 --learning-rate 0.0006 --threads 1
henwise-models average "$OUT/second/weights/last.pt" "$OUT/third/weights/last.pt" --out "$OUT/mean.pt"

henwise-models export "$OUT/mean.pt" --about "$here/droppings-v2.toml" --out "$OUT/droppings-v2.onnx"
# Temperature and limit are chosen on the part kept aside; the test split is only measured.
henwise-models evaluate-classifier "$OUT/droppings-v2.onnx" "$OUT/droppings/val" --choose --write
henwise-models evaluate-classifier "$OUT/droppings-v2.onnx" "$OUT/droppings/test" --write
henwise-models evaluate-classifier "$OUT/droppings-v2.onnx" "$OUT/droppings/val" "$OUT/droppings/test" --warm --write
