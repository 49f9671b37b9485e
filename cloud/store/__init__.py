"""Where things are kept: series of numbers, records, pictures."""
