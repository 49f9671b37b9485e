"""Carbon dioxide sensors on a serial line of their own."""
