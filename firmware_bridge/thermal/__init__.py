"""Thermal arrays: a small picture of temperatures, many times a minute."""
