"""Pure poultry science: no clock, no disk but the tables shipped beside it, no network."""
