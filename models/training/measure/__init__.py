"""How good a network is, measured through the light runtime, as it will run. No torch."""
