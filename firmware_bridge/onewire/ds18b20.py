"""DS18B20: what its file in /sys/bus/w1/devices says.

    w1_slave       72 01 4b 46 7f ff 0e 10 57 : crc=57 YES      nine bytes of the scratchpad, their check, its verdict
                   72 01 4b 46 7f ff 0e 10 57 t=23125           thousandths of a degree
    temperature    23125                                        newer kernels; empty or refused when the check failed

How it breaks, and what then happens:

    a long cable, a bad contact     the check says NO: it is read again, up to two times, then it is garbled
    the data wire lies at ground    nine zeros, whose check is sound: refused, it would be 0 degrees
    power lost during measuring     85 degrees exactly, the value it wakes up with: refused
    sensor gone                     its folder goes: lost; -127 degrees, as other programs write for it, is refused

Sources: Linux's Documentation/w1/slaves/w1_therm (files), Maxim's DS18B20 data sheet (scratchpad, 85 degrees at
power-up, -55 to 125 degrees, CRC of x^8 + x^5 + x^4 + 1). Not yet read from a sensor of ours.
"""

import re

POWER_UP_THOUSANDTHS = 85_000
LOW_CELSIUS, HIGH_CELSIUS = -55.0, 125.0
SCRATCHPAD_BYTES = 9

_SLAVE = re.compile(
    r"\s*(?P<bytes>(?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (?P<verdict>YES|NO)\s+"
    r"(?:[0-9a-f]{2} ){9}t=(?P<thousandths>-?\d{1,6})\s*",
    re.IGNORECASE,
)


class Unreadable(ValueError):
    """What the file says is no temperature; the text says why, as the end of a sentence."""


class Impossible(Unreadable):
    """What the file says is a temperature that can't be."""


def celsius(text: str) -> float:
    """Read the content of ``w1_slave`` or ``temperature``.

    Raises:
        Unreadable: the check failed, or it is not of either form.
        Impossible: the value it wakes up with, all zeros, or outside what it can measure.
    """
    match = _SLAVE.fullmatch(text)
    if match is None:
        return _possible(_plain(text))
    scratchpad = bytes.fromhex(match["bytes"])
    if match["verdict"].upper() != "YES" or crc8(scratchpad[:-1]) != scratchpad[-1]:
        raise Unreadable("its check failed; look at the cable, its contacts and the 4.7 kΩ resistor")
    if not any(scratchpad):
        raise Impossible("it says nothing but zeros: its data wire lies at ground")
    return _possible(int(match["thousandths"]))


def _plain(text: str) -> int:
    if not re.fullmatch(r"\s*-?\d{1,6}\s*", text):
        raise Unreadable(f"its file says {text[:40]!r}; look at the cable and its contacts")
    return int(text)


def _possible(thousandths: int) -> float:
    if thousandths == POWER_UP_THOUSANDTHS:
        raise Impossible("it says 85 °C, the value it wakes up with: it lost its power while it measured")
    value = thousandths / 1000
    if not LOW_CELSIUS <= value <= HIGH_CELSIUS:
        raise Impossible(
            f"it says {value:g} °C, outside its {LOW_CELSIUS:g} to {HIGH_CELSIUS:g} °C: is it still there?"
        )
    return value


def crc8(data: bytes) -> int:
    """Return the check of 1-wire: polynomial x^8 + x^5 + x^4 + 1, low bit first, from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc


def slave_text(value_celsius: float, *, sound: bool = True) -> str:
    """Write what ``w1_slave`` says, as the simulator does; to 1/16 degree, as the sensor measures."""
    sixteenths = round(value_celsius * 16)
    said = sixteenths.to_bytes(2, "little", signed=True) + bytes.fromhex("4b 46 7f ff 0c 10")
    check = crc8(said) if sound else crc8(said) ^ 0xFF
    row = (said + bytes([check])).hex(" ")
    verdict = "YES" if sound else "NO"
    return f"{row} : crc={check:02x} {verdict}\n{row} t={sixteenths * 1000 // 16}\n"
