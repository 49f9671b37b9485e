"""Bytes to quantities: serial lines, frame decoders, devices and their virtual counterparts."""
