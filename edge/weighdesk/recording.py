"""Recordings of a scale, for `henwise-edge weigh`: lines of `t` and `grams`, or the raw bytes an indicator sent.

JSON lines (``{"t": 12.3, "grams": 1500}``) or CSV (``t,grams``, with or without that heading). ``t`` is in s and rises;
from 1,000,000,000 on it is a Unix time, below it counts from the recording's beginning. Raw bytes have no times: they
are taken to come evenly, ``hz`` frames a second.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path

from edge.errors import RecordingUnreadable
from firmware_bridge.config import MassUnit

Sample = tuple[float, float, str | None]
"""(t in s, load in g, basis of the number: gross, net, or None when the family doesn't tell)"""

UNIX_FROM_S = 1_000_000_000
HEADING = ["t", "grams"]


def lines_of(path: Path) -> Iterator[Sample]:
    """Yield the samples of a text recording.

    Raises:
        RecordingUnreadable: the file or a line can't be read; the message names the line.
    """
    last_s = -math.inf
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if not line.strip() or (number == 1 and _words(line.lower()) == HEADING):
                    continue
                at_s, grams = _sample(line, f"{path}:{number}")
                if at_s <= last_s:
                    raise RecordingUnreadable(f"{path}:{number}: t is {at_s:g} after {last_s:g}; t must rise, in s")
                last_s = at_s
                yield at_s, grams, None
    except UnicodeDecodeError:
        raise RecordingUnreadable(
            f"{path} is no text; the bytes of an indicator need --family, see henwise-bridge families"
        ) from None
    except OSError as error:
        raise RecordingUnreadable(f"{path} can't be read ({error.strerror})") from error


def frames_of(path: Path, family: str, *, unit: MassUnit, hz: float) -> Iterator[Sample]:
    """Yield the samples of recorded bytes; frames that are no weight (overload, switched on) are left out.

    Args:
        path: what `henwise-bridge record` wrote.
        family: of the indicator.
        unit: kg, g or lb, for families that don't say.
        hz: frames a second.

    Raises:
        RecordingUnreadable: the file can't be read, or holds no frame of the family.
        UnknownFamily: there is no such family.
    """
    from firmware_bridge.recording import decoded
    from firmware_bridge.scales.families import decoder

    reader, frames = decoder(family), 0
    try:
        for number, frame in enumerate(decoded(path, reader)):
            frames += 1
            if frame.flaw is None and frame.basis != "tare":
                yield number / hz, frame.grams(unit), frame.basis
    except OSError as error:
        raise RecordingUnreadable(f"{path} can't be read ({error.strerror})") from error
    if not frames:
        raise RecordingUnreadable(
            f"{path}: no frame of {family} in it; is it this family's? henwise-bridge probe tells"
        )


def _words(line: str) -> list[str]:
    return [word.strip().strip('"') for word in line.replace(";", ",").split(",")]


def _sample(line: str, place: str) -> tuple[float, float]:
    try:
        said = json.loads(line) if line.lstrip().startswith("{") else dict(zip(HEADING, _words(line), strict=True))
        at_s, grams = float(said["t"]), float(said["grams"])
    except (ValueError, KeyError, TypeError):
        raise RecordingUnreadable(
            f'{place}: {line.strip()[:60]!r} is no sample; write 12.3,1500 or {{"t": 12.3, "grams": 1500}}'
        ) from None
    if not (math.isfinite(at_s) and math.isfinite(grams)):
        raise RecordingUnreadable(f"{place}: t and grams must be numbers, not {line.strip()[:60]!r}")
    return at_s, grams
