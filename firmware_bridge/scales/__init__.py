"""Weighing indicators: pure frame decoders, one file per family, and the device on top of them."""
