r"""What a receiver reads of bytes sent at another speed: the voltage on the wire, sampled at the receiver's pace.

    idle  ____       ________ data, lowest bit first, then parity if any ________        stop, idle
              \_____/                                                             \_____/‾‾‾‾‾‾
               start = 0                                                            1

A receiver waits for the line to fall, then looks in the middle of each of its own bits. That is how a serial port
works, so that a wrong baud rate looks here as it looks on a real line: not random, and not always unreadable.
"""

from firmware_bridge.link import with_parity
from firmware_bridge.registry import Line

HEARD_BITS = 8


def wrong_speed(data: bytes, sent: Line, heard_baud: int) -> bytes:
    """Return what a receiver with eight data bits and no parity reads, its clock set to ``heard_baud``.

    Args:
        data: what is sent without a pause.
        sent: how the sender's port is set.
        heard_baud: bit/s of the receiver.
    """
    levels = [1, *(level for byte in data for level in frame_levels(byte, sent))]  # idle before
    step = sent.baud / heard_baud
    heard = bytearray()
    at = _fall(levels, 0)
    while at < len(levels):
        # 1.5 bits after the fall is the middle of the lowest data bit
        samples = [_level(levels, at + (1.5 + bit) * step) for bit in range(HEARD_BITS)]
        heard.append(sum(level << bit for bit, level in enumerate(samples)))
        at = _fall(levels, int(at + (1.5 + HEARD_BITS) * step))
    return bytes(heard)


def as_eight_bits(data: bytes, sent: Line) -> bytes:
    """Return what a receiver of the right speed with eight bits and no parity reads: with seven, the top is parity."""
    return data if sent.data_bits == HEARD_BITS else with_parity(data, sent.parity)


def frame_levels(byte: int, line: Line) -> list[int]:
    """Return the levels of one byte on the wire, a level per bit: start, data, parity, stop."""
    data = [byte >> bit & 1 for bit in range(line.data_bits)]
    parity = [] if line.parity == "none" else [(sum(data) + (line.parity == "odd")) % 2]
    return [0, *data, *parity, *[1] * line.stop_bits]


def _fall(levels: list[int], at: int) -> int:
    """Return where the line next falls to 0 at or after ``at``; the length when it doesn't."""
    while at < len(levels) and not levels[at]:  # still low from a frame cut in its middle: no new start
        at += 1
    while at < len(levels) and levels[at]:
        at += 1
    return at


def _level(levels: list[int], at: float) -> int:
    return levels[int(at)] if at < len(levels) else 1
