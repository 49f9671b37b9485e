"""What is made of what a camera sees: one observer, one concern; the pipeline hands each frame to all of them."""
