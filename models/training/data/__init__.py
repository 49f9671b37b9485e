"""Data sets in YOLO form and what is turned into it; whole boxes and the pictures they belong to. No torch."""
