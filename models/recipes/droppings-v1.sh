#!/bin/sh
# How droppings-v1 was made. Needs `pip install 'henwise[train]'`, about an hour and a half on one core, and
#   DROPPINGS  folder of photos: train/<class>, val/<class> (droppings-v1.toml says whose)
#   FLOCK      folder of licensed bird pictures: images/train, images/val
#   OTHERS     folder of free pictures of anything else (droppings-v1.toml lists ours)
#   BASE       checkpoint (.pt) of the detector chicken-v1
#   OUT        an empty folder to work in
set -eu
: "${DROPPINGS:?}" "${FLOCK:?}" "${OTHERS:?}" "${BASE:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

# The first stage saw an earlier draw, with 110 instead of 160 pictures of each kind of not_droppings.
henwise-models droppings "$DROPPINGS" --flock "$FLOCK" --others "$OTHERS" --out "$OUT/droppings" --seed 0
henwise-models train-classifier "$OUT/droppings" --weights "$BASE" --out "$OUT/first" \
    --epochs 12 --size 160 --threads 1
henwise-models train-classifier "$OUT/droppings" --weights "$OUT/first/weights/last.pt" --out "$OUT/second" \
    --epochs 20 --size 224 --learning-rate 0.0005 --threads 1

henwise-models export "$OUT/second/weights/last.pt" --about "$here/droppings-v1.toml" --out "$OUT/droppings-v1.onnx"
# Temperature and limit are chosen on the part kept aside; the test split is only measured.
henwise-models evaluate-classifier "$OUT/droppings-v1.onnx" "$OUT/droppings/val" --choose --write
henwise-models evaluate-classifier "$OUT/droppings-v1.onnx" "$OUT/droppings/test" --write
