"""All that knows a neural network: cards, light runtime, shipped weights, training."""
