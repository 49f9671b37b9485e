"""What stands until somebody says otherwise: how devices do, what cameras found, who is not back.

Read from records, not from a series: there is one value now, and no history to replay.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cloud.alerts.reading import Source
from cloud.store import doubtful, findings, houses
from cloud.store.columns import HOUR_MS
from cloud.store.findings import Found
from cloud.store.records import Records
from contract.doubts import STUCK_AFTER_S
from contract.messages import Announcement, Cause, PartStatus, Readings, RollCall, Status, parse
from contract.quantities import DEVICE
from contract.topics import leaf_of

BIRD_NEWS: Final = timedelta(hours=24)
GROUP_NEWS: Final = timedelta(hours=1)
"""What birds do together passes; a bird that lies still is news until somebody has looked."""
ROLL_CALL_NEWS: Final = timedelta(hours=10)
DEVICE_GONE: Final = timedelta(days=30)
"""A device that has said nothing for so long was taken away."""
FINDINGS_MOST: Final = 200
NEVER_SPOKE_MIN: Final = 30.0
"""How long an instrument counts as silent that has not said anything since its device started."""

FINDING_SIGNALS: Final[Mapping[str, str]] = {
    "dead_suspect": "dead_suspects",
    "sick_suspect": "sick_suspects",
    "still_bird": "still_suspects",
    "huddling": "huddling",
    "crowding": "crowding",
}
GROUP_KINDS: Final = frozenset({"huddling", "crowding"})
BLIND: Final[frozenset[Cause]] = frozenset({"picture_covered", "picture_frozen", "camera_moved"})


@dataclass(frozen=True, slots=True)
class Stands:
    """What one signal says of one subject now; ``finding`` is the newest it rests on, where it rests on one."""

    source: Source
    value: float
    finding: str = ""


@dataclass(slots=True)
class Standing:
    """All that stands in a house now.

    Attributes:
        signals: signal -> its subjects; a subject that is not there is gone.
        doubtful: (device, source, quantity) that must not be believed now.
        announced: device -> the instruments and cameras it has, of those that have announced themselves.
    """

    signals: dict[str, list[Stands]] = field(default_factory=dict)
    doubtful: set[tuple[str, str, str]] = field(default_factory=set)
    announced: dict[str, set[str]] = field(default_factory=dict)

    def add(self, signal: str, source: Source, value: float, finding: str = "") -> None:
        """Note what a signal says."""
        self.signals.setdefault(signal, []).append(Stands(source, value, finding))

    def doubts(self, source: Source) -> bool:
        """Say whether anything an instrument measures must not be believed now."""
        return any((device, name) == source for device, name, _ in self.doubtful)

    def is_there(self, source: Source) -> bool:
        """Say whether an instrument or camera is still in the house, as far as its device tells."""
        device, name = source
        return device not in self.announced or name == DEVICE or name in self.announced[device]


def standing(records: Records, farm: str, house: str, now: datetime) -> Standing:
    """Return what stands in a house at ``now``."""
    found = Standing()
    for row in houses.devices(records, farm, house):
        if row.announcement:
            found.announced[row.device] = _sources(parse(Announcement, row.announcement))
        if row.status and row.status_at_ms is not None:
            reported = datetime.fromtimestamp(row.status_at_ms / 1000, now.tzinfo)
            if now - reported <= DEVICE_GONE:
                _device(found, parse(Status, row.status), now, reported)
    for newest in houses.newest(records, farm, house, leaf_of(Readings).name):
        readings = parse(Readings, newest.message)
        _doubts(found, newest.device, readings, _stuck_hours(records, (farm, house, newest.device), readings))
    for newest in houses.newest(records, farm, house, leaf_of(RollCall).name):
        _roll_call(found, (newest.device, newest.source), parse(RollCall, newest.message), now)
    _findings(found, findings.newest(records, farm, house, unanswered=True, limit=FINDINGS_MOST), now)
    return found


def _sources(announcement: Announcement) -> set[str]:
    return {instrument.slug for instrument in announcement.instruments} | set(announcement.cameras)


def _device(found: Standing, status: Status, now: datetime, reported: datetime) -> None:
    device: Source = (status.device, "")
    found.add("device_silence", device, max(0.0, _minutes(now - reported)))
    found.add("backlog", device, status.outbox_rows)
    found.add("dropped", device, status.dropped_rows)
    found.add("clock_unset", device, float(any(part.cause == "clock_unset" for part in status.parts)))
    for part in status.parts:
        _part(found, status, part)


def _part(found: Standing, status: Status, part: PartStatus) -> None:
    source: Source = (status.device, part.slug)
    # By the device's own clock, as of its last word: a silent device says nothing about its parts.
    if part.last_at is not None:
        found.add("source_silence", source, max(0.0, _minutes(status.at - part.last_at)))
    elif part.state in {"silent", "failed"}:
        found.add("source_silence", source, NEVER_SPOKE_MIN)
    found.add("camera_blind", source, float(part.cause in BLIND))
    found.add("camera_dark", source, float(part.cause == "picture_dark"))


def _stuck_hours(records: Records, place: tuple[str, str, str], readings: Readings) -> float:
    """Return for how long an instrument has been stuck by its newest word, in hours; 0 when it is not."""
    if "stuck" not in readings.doubts.values():
        return 0.0
    farm, house, device = place
    at_ms = int(readings.at.timestamp() * 1000)
    touching = doubtful.stretches(records, farm, house, at_ms, at_ms + 1)
    mine = (device, readings.instrument, "stuck")
    since_ms = min((one.from_ms for one in touching if (one.device, one.source, one.why) == mine), default=at_ms)
    return max((at_ms - since_ms) / HOUR_MS, STUCK_AFTER_S * 1000 / HOUR_MS)


def _doubts(found: Standing, device: str, readings: Readings, stuck_hours: float) -> None:
    source: Source = (device, readings.instrument)
    said = set(readings.doubts.values())
    found.add("stuck", source, stuck_hours)
    found.add("jump", source, float("jump" in said))
    found.doubtful |= {(*source, quantity) for quantity in readings.doubts}


def _roll_call(found: Standing, source: Source, call: RollCall, now: datetime) -> None:
    alarm = call.alarm and now - call.closes_at <= ROLL_CALL_NEWS
    found.add("birds_outside", source, float(call.outside_birds if alarm else 0))


def _findings(found: Standing, unanswered: Iterable[Found], now: datetime) -> None:
    """Count what waits for somebody to look, by camera; the newest come first."""
    counted: dict[tuple[str, Source], list[str]] = {}
    for one in unanswered:
        message = json.loads(one.message)
        kind = str(message["kind"])
        at = datetime.fromtimestamp(one.key.at_ms / 1000, now.tzinfo)
        if now - at <= (GROUP_NEWS if kind in GROUP_KINDS else BIRD_NEWS):
            camera: Source = (one.key.place.device, str(message["camera"]))
            counted.setdefault((FINDING_SIGNALS[kind], camera), []).append(one.key.finding)
    for (signal, camera), names in counted.items():
        found.add(signal, camera, len(names), names[0])


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60
