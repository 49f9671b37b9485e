"""Recordings of a scale, for `henwise-edge weigh`: lines of `t` and `grams`, or the raw bytes an indicator sent.

JSON lines (``{"t": 12.3, "grams": 1500}``) or CSV (``t,grams``; comma, semicolon or tab; a heading may name the two in
any order, among others). ``t`` is in s and rises; from 1,000,000,000 on it is a Unix time, below it counts from the
recording's beginning. Raw bytes have no times: they are taken to come evenly, ``hz`` frames a second.

A farm's recording is never whole. A line that is no sample is left out and told; where ``t`` goes back by more than
``SET_BACK_S``, a clock was set or another recording begins, and the weighing begins anew there.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from edge.errors import RecordingUnreadable
from firmware_bridge.config import MassUnit

Sample = tuple[float, float, str | None]
"""(t in s, load in g, basis of the number: gross, net, or None when the family doesn't tell)"""

UNIX_FROM_S, UNIX_MOST_S = 1_000_000_000, 20_000_000_000
SET_BACK_S = 60.0
T, GRAMS = "t", "grams"
NODE = "node"

Tell = Callable[[str], None]
"""Is told what was left out, a sentence each time."""


def lines_of(path: Path, tell: Tell = lambda _: None) -> Iterator[Sample]:
    """Yield the samples of a text recording.

    Raises:
        RecordingUnreadable: the file can't be read, or has lines and none of them is a sample.
    """
    last_s, lines, samples = -math.inf, 0, 0
    columns = Columns()
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if not line.strip() or (not lines and columns.name(line)):
                    continue
                lines += 1
                try:
                    at_s, grams = columns.sample(line)
                    _check_rises(last_s, at_s)
                except ValueError as problem:
                    tell(f"{path}:{number}: {problem}")
                    continue
                if at_s < last_s:
                    tell(
                        f"{path}:{number}: t goes back from {last_s:.15g} to {at_s:.15g}; the weighing begins anew here"
                    )
                last_s, samples = at_s, samples + 1
                yield at_s, grams, None
    except UnicodeDecodeError:
        raise RecordingUnreadable(
            f"{path} is no text; the bytes of an indicator need --family, see henwise-bridge families"
        ) from None
    except OSError as error:
        raise RecordingUnreadable(f"{path} can't be read ({error.strerror})") from error
    if not samples and lines:
        raise RecordingUnreadable(
            f"{path}: none of its {lines} lines is a sample; {HOW}; the bytes of an indicator need --family"
        )
    if not samples:
        tell(f"{path} holds no line")


def _check_rises(last_s: float, at_s: float) -> None:
    if last_s - SET_BACK_S <= at_s <= last_s:
        raise ValueError(f"t is {at_s:.15g} after {last_s:.15g}; t must rise, in s")


HOW = 'write 12.3,1500 or {"t": 12.3, "grams": 1500}'


class Columns:
    """Where ``t`` and ``grams`` stand in a line."""

    def __init__(self) -> None:
        self._at: tuple[int, int] | None = None

    def name(self, line: str) -> bool:
        """Read a heading; say whether it is one."""
        words = [word.lower() for word in _words(line)]
        if T in words and GRAMS in words:
            self._at = words.index(T), words.index(GRAMS)
            return True
        return False

    def sample(self, line: str) -> tuple[float, float]:
        """Read a sample. Raises ValueError: it is none, with a sentence that says why."""
        try:
            said = json.loads(line) if line.lstrip().startswith("{") else self._named(_words(line))
            at_s, grams = float(said[T]), float(said[GRAMS])
        except (ValueError, OverflowError, KeyError, TypeError, IndexError, RecursionError):
            raise ValueError(f"{line.strip()[:60]!r} is no sample; {HOW}") from None
        if not (math.isfinite(at_s) and math.isfinite(grams)):
            raise ValueError(f"t and grams must be numbers, not {line.strip()[:60]!r}")
        if abs(at_s) > UNIX_MOST_S:
            raise ValueError(f"t is {at_s:.15g}; it must be in s, not in ms")
        return at_s, grams

    def _named(self, words: list[str]) -> dict[str, str]:
        if self._at:
            return {T: words[self._at[0]], GRAMS: words[self._at[1]]}
        return dict(zip((T, GRAMS), words, strict=True))


def frames_of(
    path: Path, family: str, *, unit: MassUnit, hz: float, decimals: int | None = None, tell: Tell = lambda _: None
) -> Iterator[Sample]:
    """Yield the samples of recorded bytes; frames that are no weight (overload, switched on) are left out.

    Args:
        path: what `henwise-bridge record` wrote.
        family: of the indicator.
        unit: kg, g or lb, for families that don't say.
        hz: frames a second.
        decimals: digits after the point, for families that leave it out.
        tell: is told what was left out.

    Raises:
        RecordingUnreadable: the file can't be read, or holds no frame of the family, or not the point.
        UnknownFamily: there is no such family.
    """
    from firmware_bridge.recording import decoded
    from firmware_bridge.scales.families import indicator

    row = indicator(family)
    if row.point_left_out is (decimals is None):
        raise RecordingUnreadable(
            f"{family} leaves the point out; give --decimals, the digits after it on its display"
            if row.point_left_out
            else f"{family} sends where its point stands; leave out --decimals"
        )
    reader, frames, flawed = row.decoder(), 0, 0
    try:
        for number, frame in enumerate(decoded(path, reader)):
            frames += 1
            if frame.flaw is None and frame.basis != "tare":
                shown = frame if decimals is None else replace(frame, decimals=decimals)
                yield number / hz, shown.grams(unit), frame.basis
            else:
                flawed += 1
    except OSError as error:
        raise RecordingUnreadable(f"{path} can't be read ({error.strerror})") from error
    if not frames:
        raise RecordingUnreadable(
            f"{path}: no frame of {family} in it; is it this family's? henwise-bridge probe tells"
        )
    if reader.skipped_bytes or flawed:
        tell(
            f"{path}: {reader.skipped_bytes} bytes skipped, {reader.bad_frames} bad frames, {flawed} of {frames} "
            "frames were no weight (henwise-bridge decode tells which)"
        )


def node_loads(path: Path, calibration: Path | None, *, hz: float, tell: Tell = lambda _: None) -> Iterator[Sample]:
    """Yield the loads of our own node's recorded lines.

    Args:
        path: what `henwise-bridge record` wrote.
        calibration: of its platform.
        hz: loads a second.
        tell: is told what was left out.

    Raises:
        RecordingUnreadable: the file can't be read or holds no load of that platform, or there is no calibration.
        BadCalibration, WrongSettings: the calibration can't be used, or is another node's.
    """
    from firmware_bridge.node.calibration_file import load
    from firmware_bridge.node.decoder import NodeDecoder
    from firmware_bridge.node.device import LOAD, Platform, Scale
    from firmware_bridge.recording import decoded

    if calibration is None:
        raise RecordingUnreadable("a node sends raw counts; give --calibration, which henwise-bridge calibrate wrote")
    kept, reader, loads = load(calibration), NodeDecoder(), 0
    platform = Platform(Scale(kept.fit(), kept.input, kept.machine), lambda: loads / hz)
    try:
        for record in decoded(path, reader):
            if LOAD in (values := platform.take(record)):
                yield loads / hz, values[LOAD], None
                loads += 1
    except OSError as error:
        raise RecordingUnreadable(f"{path} can't be read ({error.strerror})") from error
    if not loads:
        raise RecordingUnreadable(f"{path}: no load of that platform in it; {platform.problem or 'is it a node?'}")
    if reader.skipped_bytes or reader.lost_lines or platform.faults:
        tell(
            f"{path}: {reader.skipped_bytes} bytes skipped, {reader.lost_lines} lines lost, {platform.faults} readings "
            "refused (henwise-bridge decode tells which)"
        )


def _words(line: str) -> list[str]:
    """Split a line of CSV; beside semicolons and tabs a comma is a decimal point."""
    separator = next((mark for mark in "\t;" if mark in line), ",")
    words = [word.strip().strip('"') for word in line.strip().split(separator)]
    return words if separator == "," else [word.replace(",", ".") for word in words]
