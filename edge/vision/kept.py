"""One kept picture on the disk: a JPEG, and beside it a JSON that says what is known of it.

    <folder>/<camera>/20260601T120500123-uncertain.jpg     the picture, nothing drawn in
    <folder>/<camera>/20260601T120500123-uncertain.json    the record; written last, so never there without its picture

A power cut leaves each file whole or absent (``edge.kept_file``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.messages import Box, FindingKind, Reason, UtcTime
from contract.place import Slug
from edge.kept_file import sweep_parts, write_kept

Why = Literal["uncertain", "finding", "count"]


class Judged(BaseModel):
    """What a person said of a picture."""

    model_config = ConfigDict(frozen=True)

    verdict: Slug
    at: UtcTime
    answer: Literal["right", "false_alarm", "count"]
    birds: int | None = None


class Record(BaseModel):
    """What is known of a kept picture; boxes are in its pixels.

    ``why`` is ``uncertain``, ``finding`` or ``count``; of a finding its id, kind, reasons and box are kept too.
    """

    model_config = ConfigDict(frozen=True)

    camera: Slug
    at: UtcTime
    why: Why
    size_wh: tuple[int, int]
    boxes: list[Box]
    network: str
    finding: Slug | None = None
    kind: FindingKind | None = None
    reasons: list[Reason] = Field(default_factory=list)
    found: Box | None = None
    judged: Judged | None = None

    @property
    def name(self) -> str:
        """Name of its files, without ending; rises with the time."""
        stamp = f"{self.at:%Y%m%dT%H%M%S}{self.at.microsecond // 1000:03d}"
        return f"{stamp}-{self.why}" + (f"-{self.finding}" if self.finding else "")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, where its picture is, and what both files take."""

    record: Record
    jpeg: Path
    size_bytes: int

    def remove(self) -> None:
        """Delete it; the record first, so that no record is ever without its picture."""
        self.jpeg.with_suffix(".json").unlink(missing_ok=True)
        self.jpeg.unlink(missing_ok=True)


def keep(folder: Path, record: Record, jpeg: bytes) -> Kept:
    """Write a picture and its record below ``folder``.

    Raises:
        OSError: the disk refuses.
    """
    path = folder / record.camera / f"{record.name}.jpg"
    try:
        write_kept(path, jpeg)
        return write_record(path, record)
    except OSError:
        # A full disk often has room for a little more: nothing without a record stays there.
        path.unlink(missing_ok=True)
        raise


def write_record(jpeg: Path, record: Record) -> Kept:
    """Write the record of a picture that is there, anew after a verdict.

    Raises:
        OSError: the disk refuses.
    """
    write_kept(jpeg.with_suffix(".json"), record.model_dump_json(exclude_none=True).encode())
    return _sized(record, jpeg)


def _sized(record: Record, jpeg: Path) -> Kept:
    return Kept(record, jpeg, jpeg.stat().st_size + jpeg.with_suffix(".json").stat().st_size)


def all_kept(folder: Path) -> Iterator[Kept]:
    """Give every whole record below ``folder``, the oldest first; what can't be read is left out."""
    records = sorted(folder.glob("*/*.json"), key=lambda path: path.name)
    for path in records:
        try:
            record = Record.model_validate_json(path.read_bytes())
        except (ValidationError, OSError):
            continue
        if path.with_suffix(".jpg").is_file():
            yield _sized(record, path.with_suffix(".jpg"))


def sweep(folder: Path) -> None:
    """Delete what a power cut left half: parts, pictures without a record, records that can't be read.

    Raises:
        OSError: the disk refuses.
    """
    for place in folder.glob("*/"):
        sweep_parts(place)
    whole = {kept.jpeg.with_suffix("") for kept in all_kept(folder)}
    for path in folder.glob("*/*"):
        if path.suffix in (".jpg", ".json") and path.with_suffix("") not in whole and not path.is_dir():
            path.unlink(missing_ok=True)
