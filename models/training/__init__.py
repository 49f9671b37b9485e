"""Heavy side of the room (extra `train`): scenes, data sets, training, evaluation, export. Only here may torch live."""
