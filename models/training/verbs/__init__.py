"""The verbs of henwise-models about training, a file per kind."""
