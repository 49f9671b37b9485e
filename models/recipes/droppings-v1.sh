#!/bin/sh
# How droppings-v1 was made. Needs `pip install 'henwise[train]'`, about half an hour on one free core, and
#   DROPPINGS  folder of photos: train/<class>, val/<class> (droppings-v1.toml says whose)
#   FLOCK      folder of licensed bird pictures: images/train, images/val
#   OTHERS     folder of free pictures of anything else (droppings-v1.toml lists ours)
#   BASE       checkpoint (.pt) of the detector chicken-v1
#   POSTURES   folder made by `henwise-models postures`, or unset
#   OUT        an empty folder to work in
set -eu
: "${DROPPINGS:?}" "${FLOCK:?}" "${OTHERS:?}" "${BASE:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

# The photos were drawn anew between the stages; what is written here is the last draw's settings, from which the
# shipped network differs by chance and by an epoch here and there (models/LOG.md tells the stages as they were).
henwise-models droppings "$DROPPINGS" --flock "$FLOCK" --others "$OTHERS" --out "$OUT/droppings" --seed 0
# Crops of birds, made for posture-v1, are no droppings either: 360 of them.
if [ -n "${POSTURES:-}" ]; then
    find "$POSTURES/train" -name '*.jpg' | sort | awk 'NR % 12 == 0' | head -n 360 |
        while read -r crop; do
            cp "$crop" "$OUT/droppings/train/not_droppings/bird-$(basename "$(dirname "$crop")")-$(basename "$crop")"
        done
fi
henwise-models train-classifier "$OUT/droppings" --weights "$BASE" --out "$OUT/first" \
    --epochs 12 --size 160 --threads 1
henwise-models train-classifier "$OUT/droppings" --weights "$OUT/first/weights/last.pt" --out "$OUT/second" \
    --epochs 5 --size 160 --learning-rate 0.0003 --threads 1

henwise-models export "$OUT/second/weights/last.pt" --about "$here/droppings-v1.toml" --out "$OUT/droppings-v1.onnx"
# Temperature and limit are chosen on the part kept aside; the test split is only measured.
henwise-models evaluate-classifier "$OUT/droppings-v1.onnx" "$OUT/droppings/val" --choose --write
henwise-models evaluate-classifier "$OUT/droppings-v1.onnx" "$OUT/droppings/test" --write
