"""What a node's lines mean: a record each, and back.

    id     session, reset cause, firmware version, board, machine, parts joined with +
    load   cell, input (a128, a64, b32), raw (24 bits, signed), ok | high | low
    air    celsius, percent of humidity
    skin   celsius of what the infrared thermometer looks at, its own celsius
    fault  part, cause, how often so far
    up     session, uptime in s, free bytes, commands that were none
    ack    tag, ok | unknown | refused

A reader ignores words it doesn't know and fields behind those it knows: so the protocol can grow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from firmware_bridge.node.line import Line

Flaw = Literal["ok", "high", "low"]
"""``high`` and ``low``: the converter is at the end of its range; the load is more, or less, than that."""

INPUTS = ("a128", "a64", "b32")
RAW_LEAST, RAW_MOST = -0x800000, 0x7FFFFF


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks; ``session`` is drawn at each start, so another one is a restart."""

    session: str
    cause: str
    version: str
    board: str
    machine: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """A conversion of one load cell amplifier: raw counts, no grams."""

    cell: int
    input: str
    raw: int
    flaw: Flaw = "ok"


@dataclass(frozen=True, slots=True)
class Air:
    """Temperature and humidity, in hundredths on the line."""

    celsius: float
    percent: float


@dataclass(frozen=True, slots=True)
class Skin:
    """Surface temperature and the thermometer's own, in hundredths on the line."""

    celsius: float
    ambient_celsius: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A part gave nothing that can be believed: silent, crc, garbled, chip, range, or the name of a crash."""

    part: str
    cause: str
    count: int


@dataclass(frozen=True, slots=True)
class Up:
    """The node lives."""

    session: str
    uptime_s: int
    free_bytes: int
    bad_commands: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to the command of that tag."""

    tag: int
    answer: str


Record = Identity | Load | Air | Skin | Fault | Up | Ack


def record_of(line: Line) -> Record | None:
    """Read a line; None when it is of a word we don't know, or doesn't say what its word must."""
    read = _READERS.get(line.word)
    if read is None:
        return None
    try:
        return read(*line.fields[: _FIELDS[line.word]])
    except (ValueError, TypeError):
        return None


def line_of(number: int, record: Record) -> Line:
    """Return the line that says a record, as the firmware writes it."""
    word, fields = _said(record)
    return Line(number, word, fields)


def _said(record: Record) -> tuple[str, tuple[str, ...]]:
    fields: tuple[object, ...]
    match record:
        case Identity(session, cause, version, board, machine, parts):
            word, fields = "id", (session, cause, version, board, machine, "+".join(parts))
        case Load(cell, source, raw, flaw):
            word, fields = "load", (cell, source, raw, flaw)
        case Air(celsius, percent):
            word, fields = "air", (f"{celsius:.2f}", f"{percent:.2f}")
        case Skin(celsius, ambient):
            word, fields = "skin", (f"{celsius:.2f}", f"{ambient:.2f}")
        case Fault(part, cause, count):
            word, fields = "fault", (part, cause, count)
        case Up(session, uptime_s, free_bytes, bad_commands):
            word, fields = "up", (session, uptime_s, free_bytes, bad_commands)
        case Ack(tag, answer):
            word, fields = "ack", (tag, answer)
    return word, tuple(map(str, fields))


def _identity(session: str, cause: str, version: str, board: str, machine: str, parts: str) -> Identity:
    return Identity(session, cause, version, board, machine, tuple(parts.split("+")) if parts else ())


def _load(cell: str, source: str, raw: str, flaw: str) -> Load:
    counts = int(raw)
    if source not in INPUTS or not RAW_LEAST <= counts <= RAW_MOST:
        raise ValueError(raw)
    for known in get_args(Flaw):
        if flaw == known:
            return Load(_count(cell), source, counts, known)
    raise ValueError(flaw)


def _pair(first: str, second: str) -> tuple[float, float]:
    return _hundredths(first), _hundredths(second)


def _hundredths(text: str) -> float:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, point, part = digits.partition(".")
    if not (point and len(part) == 2 and (whole + part).isdecimal()):  # noqa: PLR2004  # hundredths
        raise ValueError(text)
    return sign * int(whole + part) / 100


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


_READERS: dict[str, Callable[..., Record]] = {
    "id": _identity,
    "load": _load,
    "air": lambda celsius, percent: Air(*_pair(celsius, percent)),
    "skin": lambda celsius, ambient: Skin(*_pair(celsius, ambient)),
    "fault": lambda part, cause, count: Fault(part, cause, _count(count)),
    "up": lambda session, *counts: Up(session, *map(_count, counts)),
    "ack": lambda tag, answer: Ack(_count(tag), answer),
}
_FIELDS = {"id": 6, "load": 4, "air": 2, "skin": 2, "fault": 3, "up": 4, "ack": 2}
