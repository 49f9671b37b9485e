"""Bytes heard on a line -> which families they can be from. Pure."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from firmware_bridge.errors import BadFrame
from firmware_bridge.probe.candidate import Candidate, Finding, Sureness
from firmware_bridge.registry import Line
from firmware_bridge.scales.frame import ScaleFrame

TOP_BIT = 0x80
TEXT_BYTES = 12
FRAMES_ENOUGH = 3
EXPLAINED_WELL = 0.75
"""The first frame is mostly cut by the moment of listening, and the last by its end."""

EXPLAINED_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class _Fit:
    candidate: Candidate
    frames: int
    explained: float
    its_own: bool
    """It would have written one of the frames just as it came."""

    @property
    def explains(self) -> tuple[bool, float, bool]:
        # of two that explain everything the one whose frames carry a check
        return self.frames >= FRAMES_ENOUGH, round(self.explained, 1), self.candidate.checked

    @property
    def rank(self) -> tuple[tuple[bool, float, bool], bool, int]:
        # then the one that writes so itself, then the one with more frames
        return self.explains, self.its_own, self.frames


def with_parity(heard: bytes, line: Line) -> tuple[bytes, Line]:
    """Undo seven bits, read as eight: the eighth is their parity bit, or the first of two stop bits.

    Returns:
        The characters, and the line they were sent on; both unchanged where all were sent as eight.
    """
    tops = {byte & TOP_BIT for byte in heard}
    odd = {byte.bit_count() % 2 for byte in heard}
    if line.data_bits != 8 or tops <= {0} or (len(odd) == 2 and len(tops) == 2):  # noqa: PLR2004  # bits, kinds
        return heard, line
    stripped = bytes(byte & ~TOP_BIT for byte in heard)
    if len(odd) == 1:
        return stripped, replace(line, data_bits=7, parity="odd" if odd.pop() else "even")
    return stripped, replace(line, data_bits=7, stop_bits=2)


def is_text(heard: bytes, line: Line) -> bool:
    """Say whether all that came is lines of plain characters, as hardly ever at a wrong speed."""
    characters, _ = with_parity(heard, line)
    return len(characters) >= TEXT_BYTES and all(32 <= byte < 127 or byte in b"\r\n" for byte in characters)  # noqa: PLR2004  # ASCII


def judged(heard: bytes, line: Line, among: Iterable[Candidate]) -> Finding | None:
    """Return what the bytes are from; None when no family explains at least half of them.

    Args:
        heard: what came, oldest first, read as eight bits without parity.
        line: how the port was set.
        among: the families that can be on a line set so.
    """
    characters, sent = with_parity(heard, line)
    fits = sorted(_fits(characters, among), key=lambda fit: fit.rank, reverse=True)
    if not fits:
        return None
    best = fits[0]
    others = tuple(fit.candidate.family for fit in fits[1:] if fit.explains == best.explains)
    why = f"{best.frames} frames in {len(heard)} bytes, {best.explained:.0%} of them explained"
    return Finding(best.candidate.family, sent, _sureness(best), why, others=others)


def _fits(characters: bytes, among: Iterable[Candidate]) -> Iterable[_Fit]:
    for candidate in among:
        ear = candidate.ear()
        frames = ear.feed(characters)
        explained = 1 - ear.skipped_bytes / max(1, len(characters))
        if frames and explained >= EXPLAINED_LEAST:
            yield _Fit(candidate, len(frames), explained, _its_own(candidate, frames, characters))


def _its_own(candidate: Candidate, frames: Sequence[object], characters: bytes) -> bool:
    for frame in frames if candidate.write else ():
        if candidate.write and isinstance(frame, ScaleFrame):
            with suppress(BadFrame):
                if candidate.write(frame) in characters:
                    return True
    return False


def _sureness(fit: _Fit) -> Sureness:
    if fit.frames < FRAMES_ENOUGH or fit.explained < EXPLAINED_WELL:
        return "possible"
    return "sure" if fit.candidate.checked else "likely"
