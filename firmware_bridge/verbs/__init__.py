"""The verbs of henwise-bridge, a file per kind."""
