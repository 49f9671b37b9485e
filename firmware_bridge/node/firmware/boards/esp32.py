"""ESP32 development board (ESP32-WROOM-32): which pin goes where. On the board this file is called board.py."""

NAME = "esp32"

CELLS = ((32, 33),)
"""An HX711 each: DT (DOUT), SCK. Free for more: (25, 26), (27, 14), (23, 13). Not 0, 2, 5, 12, 15, not 34 to 39."""

I2C = (0, 22, 21)
"""Bus, SCL, SDA."""

AIR = 0x44
"""Address of the SHT3x, 0x45 with its ADDR pin high; None without one."""

SKIN = 0x5A
"""Address of the MLX90614; None without one."""

UART = None
"""None: the board's USB port. (2, 17, 16, 115200): a UART with its TX and RX pins, for an RS-232 or RS-485 adapter."""

WATCHDOG_MS = 8000
