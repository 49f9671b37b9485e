"""The roll call of a device: all its gates together, kept on the disk, told when something changed."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from contract.messages import RollCall
from edge.config import DoorConfig
from edge.kept_file import read_kept, write_kept
from edge.origin import Origin
from edge.vision.gate import Crossings
from edge.vision.rollcall import RollRules, RollState, passed, roll

log = logging.getLogger(__name__)

TELL_EVERY = timedelta(minutes=5)
KEEP_EVERY = timedelta(seconds=10)
"""An SD card is spared; a power cut costs at most the crossings of so long."""


class _Kept(BaseModel):
    opened_at: AwareDatetime | None
    outside_birds: int = Field(ge=0, le=100_000)
    drift_birds: int = Field(ge=0)


class RollBook:
    """Who is outside; called by the threads of several cameras.

    Args:
        door: the house's.
        origin: who speaks.
        path: where the state is kept; it need not be there.
    """

    def __init__(self, door: DoorConfig, origin: Origin, path: Path) -> None:
        self._zone = ZoneInfo(door.timezone) if door.timezone else None
        self._rules = RollRules(
            opens=door.opens,
            closes=door.closes,
            flock_birds=door.flock_birds,
            alarm_before_s=door.alarm_before_min * 60,
        )
        self._origin = origin
        self._path = path
        self._lock = threading.Lock()
        self._state = _restored(path)
        self._kept = self._state
        self._kept_at: datetime | None = None
        self._told_at: datetime | None = None
        self._alarmed = False

    def passed(self, at: datetime, crossings: Crossings) -> None:
        """Take birds that passed any gate."""
        with self._lock:
            self._state = passed(self._state, self._rules, at.astimezone(self._zone), crossings)

    def due(self, at: datetime) -> Iterator[RollCall]:
        """Return the roll call if it is time to tell it: every few minutes, and at once when the alarm goes or ends."""
        with self._lock:
            now = roll(self._state, self._rules, at.astimezone(self._zone))
            self._keep(at)
            if now.alarm == self._alarmed and self._told_at is not None and at - self._told_at < TELL_EVERY:
                return
            self._told_at, self._alarmed = at, now.alarm
        yield RollCall(
            **self._origin.stamp(at),
            outside_birds=now.outside_birds,
            flock_birds=now.flock_birds,
            drift_birds=now.drift_birds,
            closes_at=now.closes_at,
            alarm=now.alarm,
        )

    def _keep(self, at: datetime) -> None:
        if self._state == self._kept or (self._kept_at is not None and at - self._kept_at < KEEP_EVERY):
            return
        self._kept, self._kept_at = self._state, at
        try:
            write_kept(self._path, json.dumps(asdict(self._state), default=datetime.isoformat).encode())
        except OSError as error:
            log.warning("%s can't be written (%s): after a restart the roll call begins anew", self._path, error)


def _restored(path: Path) -> RollState:
    content = read_kept(path)
    if content is None:
        return RollState()
    try:
        kept = _Kept.model_validate_json(content)
    except ValidationError as error:
        log.warning("%s can't be read (%s): the roll call begins anew", path, error.errors()[0]["msg"])
        return RollState()
    return RollState(kept.opened_at, kept.outside_birds, kept.drift_birds)
