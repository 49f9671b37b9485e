"""Raspberry Pi Pico, Pico W, Pico 2: which pin goes where. On the board this file is called board.py."""

NAME = "pico"

CELLS = ((2, 3),)
"""An HX711 each: DT (DOUT), SCK, as GP numbers. Free for more: (6, 7), (8, 9), (10, 11)."""

I2C = (0, 5, 4)
"""Bus, SCL, SDA."""

AIR = 0x44
"""Address of the SHT3x, 0x45 with its ADDR pin high; None without one."""

SKIN = 0x5A
"""Address of the MLX90614; None without one."""

UART = None
"""None: the board's USB port. (0, 0, 1, 115200): a UART with its TX and RX pins, for an RS-232 or RS-485 adapter."""

WATCHDOG_MS = 8000
"""The chip's longest is 8388."""
