"""Melexis MLX90614: infrared thermometer over SMBus, at most 100 kHz.

    read word 0x07         what it looks at;  0x06: itself; low byte first, then the packet error code
    packet error code      CRC-8, polynomial 0x07, begins with 0, of all five bytes before it, addresses included
    bit 15                 the chip calls its own value wrong
    celsius                word * 0.02 - 273.15; 0x27AD to 0x7FFF is -70.01 to 382.19

Source: Melexis, MLX90614 data sheet (rev. 8, 2013), section 8.4, and application note 390119061402.
"""

from trouble import Trouble

AMBIENT, OBJECT = 0x06, 0x07
COLDEST = 0x27AD


class Mlx90614:
    """One thermometer on a bus.

    Args:
        bus: has readfrom_mem (a write, a repeated start, a read).
        address: 0x5A as shipped.
    """

    def __init__(self, bus: object, address: int) -> None:
        self._bus = bus
        self._address = address

    def read(self, register: int) -> int:
        """Return hundredths of a degree Celsius. Raises Trouble."""
        try:
            said = self._bus.readfrom_mem(self._address, register, 3)
        except OSError:
            raise Trouble("silent") from None
        write = self._address << 1
        if crc8(bytes((write, register, write | 1)) + said[:2]) != said[2]:
            raise Trouble("crc")
        word = said[1] << 8 | said[0]
        if word & 0x8000:
            raise Trouble("chip")
        if word < COLDEST and register == OBJECT:
            raise Trouble("range")
        return word * 2 - 27315


def crc8(data: bytes) -> int:
    """Return the SMBus packet error code."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc
