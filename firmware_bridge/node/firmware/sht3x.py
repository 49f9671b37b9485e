"""Sensirion SHT30, SHT31, SHT35: temperature and humidity over I2C, each word with its own CRC.

    write 24 00            measure once, high repeatability, no clock stretching; ready after 15.5 ms at the latest
    read 6 bytes           temperature, CRC, humidity, CRC
    CRC-8                  polynomial 0x31, begins with 0xFF, of the two bytes of its word
    celsius                -45 + 175 * word / 65535
    percent                100 * word / 65535

Source: Sensirion, SHT3x-DIS data sheet (version 5, 2018), sections 4.3, 4.4, 4.12, 4.13.
"""

from trouble import Trouble

READY_MS = 20
MEASURE = b"\x24\x00"


class Sht3x:
    """One sensor on a bus.

    Args:
        bus: has writeto and readfrom.
        address: 0x44, or 0x45 with ADDR high.
    """

    def __init__(self, bus: object, address: int) -> None:
        self._bus = bus
        self._address = address

    def start(self) -> None:
        """Begin a measurement; ``fetch`` it after READY_MS. Raises Trouble."""
        try:
            self._bus.writeto(self._address, MEASURE)
        except OSError:
            raise Trouble("silent") from None

    def fetch(self) -> tuple[int, int]:
        """Return hundredths of a degree Celsius and of a percent. Raises Trouble."""
        try:
            said = self._bus.readfrom(self._address, 6)
        except OSError:
            raise Trouble("silent") from None
        if crc8(said[0:2]) != said[2] or crc8(said[3:5]) != said[5]:
            raise Trouble("crc")
        warm, moist = said[0] << 8 | said[1], said[3] << 8 | said[4]
        return (17500 * warm + 32767) // 65535 - 4500, (10000 * moist + 32767) // 65535


def crc8(data: bytes) -> int:
    """Return Sensirion's CRC-8; of BE EF it is 92."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x31 if crc & 0x80 else 0)) & 0xFF
    return crc
