"""Sensors on a 1-wire bus, read through the files of the kernel."""
