"""What the process that speaks for the device says of it: what it has, how it does, and its cameras elsewhere too."""

import asyncio
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from contract.messages import Announcement, InstrumentInfo, PartStatus, SeqRange, Status
from contract.quantities import DEVICE
from edge.board import WRITE_EVERY_S, Board, SensorsNote, VisionNote
from edge.composing import Composed, Share
from edge.config import EdgeConfig
from edge.marks import DrawnMarks
from edge.origin import Origin
from edge.outbox import Outbox

VERSION: Final = version("henwise")
KEPT_LOOK_S = 600.0
KEPT_TOLD = 50
"""Ranges of what the cameras' process has kept that are told."""
PROBLEM_MAX = 500
AWAY = "the process with the cameras does not run; look at it with: systemctl status henwise-vision"


class Speaker:
    """Says what the device has and how it does.

    Args:
        config: of the device.
        share: what of it this process runs.
        origin: who we are.
        outbox: of this process.
        composed: its parts.
        marks: what is drawn on the cameras' pictures.
        board: where the other process leaves word.
        connected: says whether the broker hears us.
    """

    def __init__(
        self,
        config: EdgeConfig,
        share: Share,
        *,
        origin: Origin,
        outbox: Outbox,
        composed: Composed,
        marks: DrawnMarks,
        board: Board,
        connected: Callable[[], bool],
    ) -> None:
        self._config = config
        self._share = share
        self._origin = origin
        self._outbox = outbox
        self._composed = composed
        self._marks = marks
        self._board = board
        self._connected = connected
        self._kept_looked_s = -KEPT_LOOK_S
        self._kept_ranges: list[SeqRange] = []
        self._stored_at = origin.clock.guess()

    def announcement(self) -> Announcement:
        """Say what the device has."""
        note = self._vision
        return Announcement(
            device=self._origin.device,
            boot=self._origin.boot,
            at=self._origin.clock.guess(),
            version=VERSION,
            instruments=[
                InstrumentInfo(slug=one.health.slug, family=one.family, quantities=list(one.quantities))
                for one in self._composed.instruments
            ],
            cameras=[camera.slug for camera in self._config.cameras],
            views=note.views if note else self._marks.views(),
            kept=note.kept[:KEPT_TOLD] if note else [],
        )

    def status(self) -> Status:
        """Say how it does."""
        note = self._vision
        at = self._origin.clock.guess()
        parts = [part.health.status(at) for part in self._composed.parts]
        if self._share == "sensors":
            parts += note.parts if note else self._away()
        if all(part.slug != DEVICE for part in parts):
            parts += self._storage()
        return Status(
            device=self._origin.device,
            boot=self._origin.boot,
            at=at,
            state="online",
            outbox_rows=self._outbox.rows + (note.outbox_rows if note else 0),
            dropped_rows=self._outbox.dropped_rows + (note.dropped_rows if note else 0),
            parts=parts,
        )

    def frame_age_s(self) -> float | None:
        """Return the age of the last picture of the camera that is worst off, in s; None without cameras."""
        note = self._vision
        if note is not None:
            return note.frame_age_s
        return max((watch.health.good_age_s() for watch in self._composed.watches), default=None)

    def outbox_age_hours(self) -> float:
        """Return how long the oldest event that waits has waited, in h."""
        note = self._vision
        waiting = [self._outbox.oldest_at_ms(), note.oldest_at_ms if note else None]
        oldest_ms = min((one for one in waiting if one is not None), default=None)
        return 0.0 if oldest_ms is None else max(0.0, self._origin.clock.guess().timestamp() - oldest_ms / 1000) / 3600

    async def leave_word(self) -> None:
        """Tell the other process what it has to know, until cancelled."""
        while True:
            await asyncio.to_thread(self._pin)
            await asyncio.sleep(WRITE_EVERY_S)

    def _pin(self) -> None:
        if self._share == "sensors":
            cold = [one.slug for one in self._config.cameras if self._composed.cold_floor(one.slug)]
            self._board.pin(SensorsNote(version=VERSION, connected=self._connected(), cold_floor=cold))
        elif self._share == "vision":
            at = self._origin.clock.guess()
            note = VisionNote(
                parts=[*(watch.health.status(at) for watch in self._composed.watches), *self._storage()],
                views=self._marks.views(),
                outbox_rows=self._outbox.rows,
                dropped_rows=self._outbox.dropped_rows,
                oldest_at_ms=self._outbox.oldest_at_ms(),
                kept=self._kept(),
                frame_age_s=self.frame_age_s(),
            )
            self._board.pin(note)

    def _kept(self) -> list[SeqRange]:
        """Return what is kept, looked at now and then: it takes a moment."""
        if time.monotonic() - self._kept_looked_s >= KEPT_LOOK_S:
            self._kept_looked_s = time.monotonic()
            self._kept_ranges = self._outbox.kept()
        return self._kept_ranges

    @property
    def _vision(self) -> VisionNote | None:
        return self._board.read(VisionNote) if self._share == "sensors" and self._config.cameras else None

    def _storage(self) -> list[PartStatus]:
        """Return how the device itself does when its card takes nothing in; the parts do not see that."""
        problem = self._outbox.problem
        if not problem:
            self._stored_at = self._origin.clock.guess()
            return []
        told = problem[:PROBLEM_MAX]
        return [PartStatus(slug=DEVICE, state="failed", cause="storage_refuses", problem=told, last_at=self._stored_at)]

    def _away(self) -> list[PartStatus]:
        return [PartStatus(slug=one.slug, state="failed", cause="other", problem=AWAY) for one in self._config.cameras]
