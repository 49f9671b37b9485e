"""A batch of messages becomes rows on the disk: points, pictures, then records. Blocking; call it from a thread.

Only when ``settle`` returns may the events be acknowledged. Everything here can be done twice: a point is known by
series and time, a picture by camera and time, the ledger by seq.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from cloud.errors import StoreUnavailable
from cloud.ingest.admission import Admission
from cloud.ingest.points import put_points, source_of, unix_ms
from cloud.ingest.sorting import Accepted, Arrived, Sorted, sorted_batch
from cloud.ingest.sources import Sources
from cloud.signals import Signal, notify
from cloud.store import (
    commands,
    doubtful,
    drawings,
    enrolments,
    findings,
    hand_weighings,
    houses,
    late,
    ledger,
    pictures,
    verdicts,
)
from cloud.store.findings import EvidenceKey
from cloud.store.houses import Candidate
from cloud.store.ledger import Range, Refused
from cloud.store.media import Key, Media
from cloud.store.pictures import PictureFacts, PictureKey
from cloud.store.records import Records, upsert
from cloud.store.remembered import Remembered
from cloud.store.series import NotKept, PointRows, SeriesKey, SeriesStore
from cloud.store.tables import Happening
from contract.messages import (
    Announcement,
    CommandResult,
    Event,
    FlockCount,
    FlockHealth,
    HandWeighing,
    HealthFinding,
    Message,
    Readings,
    RollCall,
    Snapshot,
    Status,
    WeightSample,
    parse,
)
from contract.place import Place
from contract.quantities import DEVICE
from contract.topics import leaf_of

log = logging.getLogger(__name__)

AS_SENT_BYTES: Final = 4_096

MEMBERS: Final[dict[type[Message], tuple[str, ...]]] = {
    Readings: ("climate",),
    FlockCount: ("counts", "house_count"),
    RollCall: ("roll_calls",),
    FlockHealth: ("wellness",),
    WeightSample: ("weight",),
    HandWeighing: ("weight",),
    Snapshot: ("pictures",),
    HealthFinding: ("findings",),
    CommandResult: ("findings", "counts", "views"),
    Announcement: ("devices", "views"),
    Status: ("devices", "counts", "house_count"),
}
"""Message -> the members of HouseNow that it changes."""

MAILS: Final = (verdicts.MAIL, drawings.MAIL, commands.MAIL)
"""What devices answer."""


@dataclass(slots=True)
class Outcome:
    """What a settled batch means for others.

    Attributes:
        settled: (place, boot) -> ranges of seq that are on the disk, merged.
        changed: (farm, house) -> members of HouseNow that changed.
        messages: how many were settled, kept aside ones included.
        kept_aside: how many of them were kept aside.
        points: how many points were written.
        announced: devices that have just connected: what waits for them can be sent.
        lacking: (place, boot) -> what the device says this service has committed, and it has not: it was restored.
        held: how many messages were left alone, because nobody approved their device.
    """

    settled: dict[tuple[Place, str], list[Range]] = field(default_factory=dict)
    changed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    messages: int = 0
    kept_aside: int = 0
    points: int = 0
    announced: set[Place] = field(default_factory=set)
    held: int = 0
    lacking: dict[tuple[Place, str], list[Range]] = field(default_factory=dict)

    @property
    def signal(self) -> Signal:
        """What pages and courier are told."""
        return Signal(changed=self.changed, announced=self.announced)

    def add(self, other: "Outcome") -> None:
        """Take over what another batch brought."""
        for key, ranges in other.settled.items():
            self.settled[key] = ledger.merged([*self.settled.get(key, []), *ranges])
        for house, members in other.changed.items():
            self.changed.setdefault(house, set()).update(members)
        self.messages += other.messages
        self.kept_aside += other.kept_aside
        self.points += other.points
        self.announced |= other.announced
        self.lacking |= other.lacking


class Settler:
    """Writes batches to the stores.

    Args:
        series: the time series.
        records: everything else.
        media: picture files.
        keep_pictures: pictures kept per camera and kind, and of the findings of each device.
        clock: the present as an aware time.
        admission: who may speak; everybody unless given.
    """

    def __init__(
        self,
        series: SeriesStore,
        records: Records,
        media: Media,
        keep_pictures: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        admission: Admission | None = None,
    ) -> None:
        self._admission = admission or Admission(records, everybody=True)
        self._series = series
        self._records = records
        self._media = media
        self._keep_pictures = keep_pictures
        self._clock = clock
        self._remembered = Remembered.beside(records)
        self._sources = Sources()

    def settle(self, batch: Sequence[Arrived]) -> Outcome:
        """Put a batch on the disk; one message that can't be kept does not hold up the others.

        Raises:
            StoreUnavailable: nothing may be acknowledged; settle the same batch again later.
        """
        now_ms = int(self._clock().timestamp() * 1000)
        admitted = self._admission.admitted(batch, now_ms)
        outcome = self._settle_admitted(admitted)
        outcome.held = len(batch) - len(admitted)
        return outcome

    def _settle_admitted(self, batch: Sequence[Arrived]) -> Outcome:
        try:
            return self._settled(sorted_batch(batch, self._clock()))
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("a batch of %d messages is taken one by one", len(batch))
            outcome = Outcome()
            for arrived in batch:
                outcome.add(self._settle_alone(arrived))
            return outcome

    def _settle_alone(self, arrived: Arrived) -> Outcome:
        try:
            return self._settled(sorted_batch([arrived], self._clock()))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the message is kept aside with it
            refused = Sorted()
            refused.refuse(arrived, f"{type(error).__name__}: {error}")
            return self._settled(refused)

    def _settled(self, batch: Sorted) -> Outcome:
        self._sources.hold(batch)
        points = _points(batch.accepted)
        not_kept = self._series.append(points)
        batch.refused += _kept_aside(not_kept)
        self._write_pictures(batch.accepted)
        outcome = Outcome(
            settled={key: ledger.merged(ranges) for key, ranges in batch.settled.items()},
            messages=len(batch.accepted) + len(batch.refused),
            kept_aside=len(batch.refused),
            points=len(points) - len(not_kept),
            announced={item.place for item in batch.accepted if isinstance(item.message, Announcement)},
        )
        with self._remembered.transaction(), self._records.writing_beside() as connection:
            enrolments.hold(connection, {item.place for item in batch.accepted} | {place for place, _ in batch.settled})
            gone = self._record(connection, batch, outcome)
            notify(connection, outcome.signal)
        self._media.remove(gone)
        return outcome

    def _write_pictures(self, accepted: Iterable[Accepted]) -> None:
        found: list[tuple[Key, bytes]] = []
        for place, message in ((item.place, item.message) for item in accepted):
            if isinstance(message, Snapshot):
                found.append((_picture_key(place, message), message.jpeg))
            elif isinstance(message, HealthFinding):
                found.append((_evidence_key(place, message), message.jpeg))
        self._media.write(found)

    def _record(self, connection: Connection, batch: Sorted, outcome: Outcome) -> list[Key]:
        now_ms = int(self._clock().timestamp() * 1000)
        names = {(item.place.farm, item.place.house) for item in batch.accepted}
        houses.seen(connection, names, now_ms, self._remembered.houses)
        for item in batch.accepted:
            if isinstance(item.message, Announcement | Status):
                _record_state(connection, item, now_ms)
                _note_change(outcome, item.place, item.message)
        newest = _newest(batch.accepted)
        best = [(_candidate(item, event, source), event) for (_, _, source), (item, event) in newest.items()]
        candidates = [candidate for candidate, _ in best]
        kept = set(map(id, houses.offer_all(connection, candidates, now_ms, self._remembered.newest)))
        for candidate, event in best:
            # A late weighing is not the last one, but it is one of its day.
            if id(candidate) in kept or isinstance(event, WeightSample):
                _note_change(outcome, candidate.place, event)
        late.note(connection, _late(batch.accepted), now_ms)
        ledger.settle_all(connection, outcome.settled, self._remembered.ranges)
        outcome.lacking = _lacking(connection, batch.accepted)
        for refused in batch.refused:
            ledger.keep_aside(connection, refused, now_ms)
        if batch.refused:
            ledger.trim_kept(connection)
        for item in batch.accepted:
            if isinstance(item.message, HandWeighing):
                hand_weighings.arrived(connection, item.place, item.message)
                _note_change(outcome, item.place, item.message)
        doubted = ((one.place, one.message) for one in batch.accepted if isinstance(one.message, Readings))
        doubtful.arrived(connection, doubted)
        self._record_results(connection, batch.accepted, outcome)
        found = self._record_findings(connection, batch.accepted, outcome)
        return [*found, *self._record_pictures(connection, batch.accepted)]

    def _record_results(self, connection: Connection, accepted: Iterable[Accepted], outcome: Outcome) -> None:
        for place, result in ((item.place, item.message) for item in accepted):
            if not isinstance(result, CommandResult):
                continue
            _record_happening(connection, place, result)
            if commands.MAIL.answered(connection, place, result):
                outcome.changed.setdefault((place.farm, place.house), set()).add("devices")
            elif any(mail.answered(connection, place, result) for mail in (verdicts.MAIL, drawings.MAIL)):
                _note_change(outcome, place, result)

    def _record_findings(
        self, connection: Connection, accepted: Iterable[Accepted], outcome: Outcome
    ) -> list[EvidenceKey]:
        gone: list[EvidenceKey] = []
        places: set[Place] = set()
        for place, message in ((item.place, item.message) for item in accepted):
            if isinstance(message, HealthFinding):
                gone += _record_finding(connection, _evidence_key(place, message), message)
                _note_change(outcome, place, message)
                places.add(place)
        beyond = [key for place in places for key in findings.beyond(connection, place, self._keep_pictures)]
        findings.forget_pictures(connection, beyond)
        return [*gone, *beyond]

    def _record_pictures(self, connection: Connection, accepted: Iterable[Accepted]) -> list[PictureKey]:
        cameras: dict[tuple[Place, str], PictureKey] = {}
        for place, message in ((item.place, item.message) for item in accepted):
            if isinstance(message, Snapshot):
                key = _picture_key(place, message)
                pictures.add(connection, PictureFacts(key, message.size_wh, tuple(message.boxes), message.network))
                cameras[place, key.camera] = key
        gone = [old for key in cameras.values() for old in pictures.beyond(connection, key, self._keep_pictures)]
        pictures.forget(connection, gone)
        return gone


def _points(accepted: Iterable[Accepted]) -> PointRows:
    rows = PointRows()
    for item in accepted:
        if isinstance(item.message, Event):
            put_points(rows, item.place, item.message)
    return rows


def _late(accepted: Iterable[Accepted]) -> Iterator[tuple[Place, int]]:
    for item in accepted:
        if isinstance(item.message, Event) and item.message.delayed:
            yield item.place, unix_ms(item.message)


def _kept_aside(not_kept: Iterable[NotKept]) -> list[Refused]:
    """Return what the series store refuses for ever, to be kept aside, a row per series and reason."""
    values: dict[tuple[SeriesKey, str], list[tuple[int, float]]] = {}
    for one in not_kept:
        values.setdefault((one.point.series, one.reason), []).append((one.point.at_ms, one.point.value))
    return [
        Refused("/".join(("series", *key)), json.dumps(rows).encode(), reason) for (key, reason), rows in values.items()
    ]


def _newest(accepted: Iterable[Accepted]) -> dict[tuple[Place, type[Event], str], tuple[Accepted, Event]]:
    """Return, of each place, kind and source, the event of the batch that may become its newest."""
    best: dict[tuple[Place, type[Event], str], tuple[Accepted, Event]] = {}
    for item in accepted:
        event = item.message
        source = source_of(event) if isinstance(event, Event) else None
        if source is None or not isinstance(event, Event):
            continue
        key = (item.place, type(event), source)
        known = best.get(key)
        if known is None or (not event.delayed, event.at) > (not known[1].delayed, known[1].at):
            best[key] = item, event
    return best


def _candidate(item: Accepted, event: Event, source: str) -> Candidate:
    # What was just read need not be written anew, unless it carries a picture or is padded.
    as_sent = isinstance(event, Readings) and len(item.payload) <= AS_SENT_BYTES
    text = item.payload.decode() if as_sent else event.model_dump_json(exclude={"jpeg", "boxes"})
    return Candidate(item.place, leaf_of(type(event)).name, source, unix_ms(event), event.delayed, text)


def _note_change(outcome: Outcome, place: Place, message: Message) -> None:
    members = MEMBERS.get(type(message), ())
    if isinstance(message, Readings) and message.instrument == DEVICE:
        members = ("devices",)
    if members:
        outcome.changed.setdefault((place.farm, place.house), set()).update(members)


def _record_state(connection: Connection, item: Accepted, now_ms: int) -> None:
    text = item.message.model_dump_json()
    if isinstance(item.message, Status):
        known = houses.status_of(connection, item.place)
        if known is None or not _same_end(parse(Status, known), item.message):
            houses.reported(connection, item.place, text, _status_at_ms(item.message, now_ms))
    else:
        houses.announced(connection, item.place, text)


def _status_at_ms(status: Status, now_ms: int) -> int:
    """Return when a status was true: a last will was written at the connect, so it counts from when it arrives."""
    return now_ms if status.state == "offline" else unix_ms(status)


def _same_end(known: Status, status: Status) -> bool:
    return known.state == status.state == "offline" and known.boot == status.boot


def _lacking(connection: Connection, accepted: Iterable[Accepted]) -> dict[tuple[Place, str], list[Range]]:
    """Return what devices say they gave us and may forget, and what is not here."""
    found: dict[tuple[Place, str], list[Range]] = {}
    for place, told in ((item.place, item.message) for item in accepted):
        if isinstance(told, Announcement) and told.kept:
            claimed: dict[str, list[Range]] = {}
            for span in told.kept:
                claimed.setdefault(span.boot, []).append((span.first, span.last))
            lacking = ledger.lacking(connection, place, claimed)
            found |= {(place, boot): ranges for boot, ranges in lacking.items()}
    return found


def _record_happening(connection: Connection, place: Place, event: CommandResult) -> None:
    row = {
        **place.model_dump(),
        "boot": event.boot,
        "seq": event.seq,
        "leaf": leaf_of(type(event)).name,
        "at_ms": unix_ms(event),
        "message": event.model_dump_json(),
    }
    upsert(connection, Happening, row)


def _record_finding(connection: Connection, key: EvidenceKey, event: HealthFinding) -> list[EvidenceKey]:
    """Keep a finding unless a newer version of it is here; return the pictures that nobody will ask for."""
    known_ms = findings.known_at(connection, key.place, key.finding)
    if known_ms is not None and known_ms > key.at_ms:
        return [key]
    findings.add(connection, key, event.model_dump_json(exclude={"jpeg"}))
    return [] if known_ms in {None, key.at_ms} else [EvidenceKey(key.place, key.finding, known_ms)]


def _evidence_key(place: Place, event: HealthFinding) -> EvidenceKey:
    return EvidenceKey(place, event.finding, unix_ms(event))


def _picture_key(place: Place, event: Snapshot) -> PictureKey:
    return PictureKey(place, event.camera, leaf_of(type(event)).name, unix_ms(event))
