"""MicroPython starts this after power-up. With a file ``stay`` it stops once, at the prompt, without a watchdog."""

import os

try:
    os.remove("stay")
    staying = True
except OSError:
    staying = False

if not staying:
    import time

    import app
    import board
    import machine

    app.run(board, machine, time)
