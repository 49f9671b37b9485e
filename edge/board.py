"""The board on which the two processes of a device leave word for each other: a small file each.

``henwise-edge run --share sensors`` speaks for the device: it tells the cloud how the cameras of ``--share vision`` do,
and vision asks it where thermal arrays see a cold floor. Files of a folder that does not survive a power cut, replaced
whole; times are of the machine's monotonic clock, which all its processes share.
"""

import logging
import os
import time
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.marks import CameraView
from contract.messages import PartStatus, SeqRange
from contract.place import Slug

log = logging.getLogger(__name__)

STALE_S: Final = 30.0
WRITE_EVERY_S: Final = 2.0


class _Note(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    written_s: float = Field(default_factory=time.monotonic)


class VisionNote(_Note):
    """How the cameras do."""

    parts: list[PartStatus]
    views: list[CameraView]
    outbox_rows: int
    dropped_rows: int
    oldest_at_ms: int | None
    kept: list[SeqRange]
    frame_age_s: float | None


class SensorsNote(_Note):
    """What the instruments know for the cameras, and how the process that speaks for the device does."""

    version: str
    connected: bool = Field(description="to the broker")
    cold_floor: list[Slug] = Field(description="cameras whose floor is cold in part")


N = TypeVar("N", bound=_Note)


class Board:
    """The board.

    Args:
        folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, data_dir: Path) -> "Board":
        """Return the board of a device: in systemd's runtime directory, else in its data_dir."""
        runtime = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
        return cls(Path(runtime) if runtime else data_dir / "run")

    def pin(self, note: _Note) -> None:
        """Put a note up; a disk that refuses is only logged."""
        file = self._file(type(note))
        beside = file.with_suffix(".part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(note.model_dump_json().encode())
            beside.replace(file)
        except OSError as error:
            log.warning("%s can't be written: %s", file, error.strerror)

    def read(self, kind: type[N]) -> N | None:
        """Return the other process's note; None when it is older than half a minute, or none is there."""
        try:
            note = kind.model_validate_json(self._file(kind).read_bytes())
        except (OSError, ValidationError):
            return None
        # A note from before a power cut may be ahead of a clock that began anew.
        return note if 0 <= time.monotonic() - note.written_s <= STALE_S else None

    def _file(self, kind: type[_Note]) -> Path:
        return self.folder / f"{kind.__name__.removesuffix('Note').lower()}.json"
