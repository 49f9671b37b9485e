"""The board file of the bench: two cells, both sensors, a UART that the host is joined to."""

NAME = "bench"
CELLS = ((2, 3), (6, 7))
I2C = (0, 5, 4)
AIR = 0x44
SKIN = 0x5A
UART = (0, 0, 1, 115200)
WATCHDOG_MS = 8000
