"""Count birds in somebody's own footage, away from any camera: the same network, the same counting, no agent.

A picture that is dark or covered is not counted, as on the device. Over a video the birds of its pictures become one
count with its spread; over a folder too, though its pictures may show different things.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contract.errors import HenwiseError
from contract.messages import Cause
from edge.camera_config import CameraConfig, Polygon, masked
from edge.errors import FootageUnreadable
from edge.vision.camera import FILE_FPS
from edge.vision.condition import PROBLEMS, cause_at_once
from edge.vision.counting import FrameCount, summary
from edge.vision.detecting import Detector
from edge.vision.drawing import Album, Clip, annotated
from edge.vision.footage import Footage, FootageKind, Shot
from edge.vision.view import View, frame_count
from models.runtime import Detector as Network
from models.runtime import Gaze
from models.runtime.tiles import Tiles

CAPPED = "more birds than the network may tell in one picture; use --tiles"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PictureCount(_Row):
    """One picture."""

    name: str = Field(description="file name; empty in a video or stream")
    at_s: float = Field(description="place in the video or stream, in s")
    birds: int | None = Field(description="birds on the floor; null when the picture is not fit to be counted")
    cause: Cause = Field(default="", description="why it is not, as the contract names it")


class Birds(_Row):
    """The count over all pictures that are fit."""

    median: float
    low: float = Field(description="10th percentile")
    high: float = Field(description="90th percentile")
    confidence: float = Field(description="0 to 1, how far it can be relied on, see docs/counting.md")


class PathCount(_Row):
    """What was counted in one path; ``henwise-edge count --json`` prints a list of these."""

    path: str = Field(description="as it was named, without a password")
    kind: FootageKind | Literal["unreadable"]
    birds: Birds | None = Field(default=None, description="null when no picture could be counted")
    pictures: list[PictureCount] = Field(default_factory=list)
    size_wh: tuple[int, int] | None = Field(default=None, description="of the first picture, in pixels")
    network: str
    problems: list[str] = Field(default_factory=list, description="a sentence each")
    saved: list[str] = Field(default_factory=list, description="pictures or clip written with --save")


_DOCUMENT = TypeAdapter(list[PathCount])


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to count.

    Attributes:
        every_s: time between two pictures of a video, in s.
        stream_s: how long a camera is watched, in s.
        floor: corners of the part that counts, shares of the picture; None = all.
        save: folder for annotated pictures and clips; None = none.
    """

    every_s: float = 0.5
    stream_s: float = 30.0
    floor: Polygon | None = None
    save: Path | None = None


def open_network(network: Path | None, tiles: Tiles, score: float | None) -> Network:
    """Load a network for the desk.

    Args:
        network: the .onnx; None = the shipped one.
        tiles: how wide pictures are looked at.
        score: least score of a bird; None = the network's own.

    Raises:
        ModelsError: it can't be used; the message says why.
    """
    detector = Network.open(network, tiles=tiles, sure_score=score)
    if score is not None:
        # How sure a count is, is measured from the score that was wished, too.
        thresholds = detector.card.thresholds.model_copy(update={"score": score})
        detector.card = detector.card.model_copy(update={"thresholds": thresholds})
    return detector


Progress = Callable[[str, float, int], None]
"""Told after each picture: the path, the share that is done (0 = unknown), birds in it."""


def count_all(named: Iterable[str], detector: Detector, wishes: Wishes, progress: Progress) -> list[PathCount]:
    """Count in every path; what can't be read is told in its row, and the others go on."""
    taken: set[Path] = set()
    return [_count_one(one, detector, wishes, progress, taken) for one in named]


def _count_one(named: str, detector: Detector, wishes: Wishes, progress: Progress, taken: set[Path]) -> PathCount:
    network = f"{detector.card.name} {detector.card.version}"
    try:
        footage = Footage.of(named)
        desk = _Desk(footage, detector, wishes, taken)
        for shot in footage.shots(every_s=wishes.every_s, stream_s=wishes.stream_s):
            desk.look(shot)
            progress(footage.told, shot.done, desk.last)
        return desk.result(network)
    except (HenwiseError, ValueError, OSError) as error:
        told = masked(named)
        problem = str(error) if isinstance(error, HenwiseError) else f"{told} can't be read: {error}"
        return PathCount(path=told, kind="unreadable", network=network, problems=[problem])


def as_document(counts: list[PathCount]) -> str:
    """Write counts as the JSON document that docs/count.schema.json describes."""
    return _DOCUMENT.dump_json(counts, indent=1).decode()


def schema() -> str:
    """Give the JSON Schema of the document, as docs/count.schema.json holds it."""
    return json.dumps(_DOCUMENT.json_schema(mode="serialization"), indent=1, ensure_ascii=False) + "\n"


class _Desk:
    def __init__(self, footage: Footage, detector: Detector, wishes: Wishes, taken: set[Path]) -> None:
        self._footage = footage
        self._detector = detector
        self._view = View(CameraConfig(slug="desk", source="demo", floor=wishes.floor))
        self._wishes = wishes
        self._gaze = (
            Gaze() if footage.kind in {"video", "stream"} else None
        )  # pictures have nothing to do with each other
        self._album = _album(footage, wishes, taken)
        self._rows: list[PictureCount] = []
        self._frames: list[FrameCount] = []
        self._problems: dict[str, None] = {}
        self._size_wh: tuple[int, int] | None = None
        self.last = 0

    def look(self, shot: Shot) -> None:
        if shot.image is None:
            self._row(shot, None, "other")
            self._problems[f"{shot.name} is no picture that can be read"] = None
            return
        size_wh = (shot.image.shape[1], shot.image.shape[0])
        self._size_wh = self._size_wh or size_wh
        cause = cause_at_once(shot.image)
        if cause:
            self._row(shot, None, cause)
            self._problems[f"{shot.name or f'{shot.at_s:.1f} s'}: {PROBLEMS[cause]}"] = None
            return
        found = self._detector.detect(shot.image, gaze=self._gaze)
        placed = self._view.place(found.xyxy, size_wh)
        if self._album:
            self._draw(self._album, shot.name, annotated(shot.image, found, placed.on_floor, self._wishes.floor))
        if found.capped:
            self._row(shot, None, "other")
            self._problems[CAPPED] = None
            return
        frame = frame_count(placed, found.scores)
        self._frames.append(frame)
        self._row(shot, frame.birds, "")

    def _draw(self, album: Album | Clip, name: str, drawn: NDArray[np.uint8]) -> None:
        try:
            album.add(name, drawn)
        except OSError as error:
            why = error.strerror or error
            raise FootageUnreadable(
                f"--save {self._wishes.save} can't be written: {why}; name another folder"
            ) from error

    def result(self, network: str) -> PathCount:
        saved = self._album.close() if self._album else []
        if self._footage.kind == "picture" and self._rows[0].cause == "other" and self._size_wh is None:
            raise FootageUnreadable(f"{self._footage.told} is no picture that can be read")
        return PathCount(
            path=self._footage.told,
            kind=self._footage.kind,
            birds=self._birds(),
            pictures=self._rows,
            size_wh=self._size_wh,
            network=network,
            problems=list(self._problems),
            saved=[str(path) for path in saved],
        )

    def _birds(self) -> Birds | None:
        if not self._frames:
            return None
        threshold = self._detector.card.thresholds.score
        counted = summary(self._frames, 0, withheld=len(self._rows) - len(self._frames), threshold=threshold)
        return Birds(
            median=counted.visible_birds,
            low=round(counted.visible_low, 1),
            high=round(counted.visible_high, 1),
            confidence=round(counted.confidence, 3),
        )

    def _row(self, shot: Shot, birds: int | None, cause: Cause) -> None:
        self.last = birds or 0
        self._rows.append(PictureCount(name=shot.name, at_s=round(shot.at_s, 3), birds=birds, cause=cause))


def _album(footage: Footage, wishes: Wishes, taken: set[Path]) -> Album | Clip | None:
    if wishes.save is None:
        return None
    if footage.kind in {"video", "stream"}:
        name = "camera" if footage.kind == "stream" else Path(footage.source).stem
        return Clip(wishes.save, name, 1 / wishes.every_s if wishes.every_s > 0 else FILE_FPS, taken)
    return Album(wishes.save / Path(footage.source).name if footage.kind == "folder" else wishes.save, taken)
