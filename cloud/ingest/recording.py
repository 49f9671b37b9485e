"""The records of a batch: houses, devices, the newest of each source, the ledger, answers, findings, pictures.

In one transaction, after the points and the picture files; all of it can be done twice.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection

from cloud.ingest.outcome import Outcome
from cloud.ingest.points import source_of, unix_ms
from cloud.ingest.sorting import Accepted, Sorted
from cloud.store import (
    commands,
    doubtful,
    drawings,
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
from cloud.store.ledger import Range
from cloud.store.media import Key
from cloud.store.pictures import PictureFacts, PictureKey
from cloud.store.records import upsert
from cloud.store.remembered import Remembered
from cloud.store.tables import Happening
from contract.messages import (
    Announcement,
    CommandResult,
    Event,
    HandWeighing,
    HealthFinding,
    Readings,
    Snapshot,
    Status,
    WeightSample,
    parse,
)
from contract.place import Place
from contract.topics import leaf_of

AS_SENT_BYTES: Final = 4_096

MAILS: Final = (verdicts.MAIL, drawings.MAIL, commands.MAIL)
"""What devices answer."""


def record(
    connection: Connection, batch: Sorted, outcome: Outcome, remembered: Remembered, keep_pictures: int, now_ms: int
) -> list[Key]:
    """Write what a batch brought but for points and picture files; answers which of those nobody will ask for.

    Args:
        connection: of the transaction, which holds the batch's devices.
        batch: its points and picture files are on the disk.
        outcome: told what changed; what it calls settled is noted.
        remembered: what need not be asked for.
        keep_pictures: per camera and kind, and of the findings of each device.
        now_ms: the service's clock, Unix ms.
    """
    names = {(item.place.farm, item.place.house) for item in batch.accepted}
    houses.seen(connection, names, now_ms, remembered.houses)
    for item in batch.accepted:
        if isinstance(item.message, Announcement | Status):
            _record_state(connection, item, now_ms)
            outcome.note_change(item.place, item.message)
    newest = _newest(batch.accepted)
    best = [(_candidate(item, event, source), event) for (_, _, source), (item, event) in newest.items()]
    candidates = [candidate for candidate, _ in best]
    kept = set(map(id, houses.offer_all(connection, candidates, now_ms, remembered.newest)))
    for candidate, event in best:
        # A late weighing is not the last one, but it is one of its day.
        if id(candidate) in kept or isinstance(event, WeightSample):
            outcome.note_change(candidate.place, event)
    late.note(connection, _late(batch.accepted), now_ms)
    ledger.settle_all(connection, outcome.settled, remembered.ranges)
    outcome.lacking = _lacking(connection, batch.accepted)
    for refused in batch.refused:
        ledger.keep_aside(connection, refused, now_ms)
    if batch.refused:
        ledger.trim_kept(connection)
    for item in batch.accepted:
        if isinstance(item.message, HandWeighing):
            hand_weighings.arrived(connection, item.place, item.message)
            outcome.note_change(item.place, item.message)
    doubted = ((one.place, one.message) for one in batch.accepted if isinstance(one.message, Readings))
    doubtful.arrived(connection, doubted)
    _record_results(connection, batch.accepted, outcome)
    found = _record_findings(connection, batch.accepted, outcome, keep_pictures)
    return [*found, *_record_pictures(connection, batch.accepted, keep_pictures)]


def _record_results(connection: Connection, accepted: Iterable[Accepted], outcome: Outcome) -> None:
    for place, result in ((item.place, item.message) for item in accepted):
        if not isinstance(result, CommandResult):
            continue
        _record_happening(connection, place, result)
        if commands.MAIL.answered(connection, place, result):
            outcome.changed.setdefault((place.farm, place.house), set()).add("devices")
        elif any(mail.answered(connection, place, result) for mail in (verdicts.MAIL, drawings.MAIL)):
            outcome.note_change(place, result)


def _record_findings(
    connection: Connection, accepted: Iterable[Accepted], outcome: Outcome, keep_pictures: int
) -> list[EvidenceKey]:
    gone: list[EvidenceKey] = []
    places: set[Place] = set()
    for place, message in ((item.place, item.message) for item in accepted):
        if isinstance(message, HealthFinding):
            gone += _record_finding(connection, evidence_key(place, message), message)
            outcome.note_change(place, message)
            places.add(place)
    beyond = [key for place in places for key in findings.beyond(connection, place, keep_pictures)]
    findings.forget_pictures(connection, beyond)
    return [*gone, *beyond]


def _record_pictures(connection: Connection, accepted: Iterable[Accepted], keep_pictures: int) -> list[PictureKey]:
    cameras: dict[tuple[Place, str], PictureKey] = {}
    for place, message in ((item.place, item.message) for item in accepted):
        if isinstance(message, Snapshot):
            key = picture_key(place, message)
            pictures.add(connection, PictureFacts(key, message.size_wh, tuple(message.boxes), message.network))
            cameras[place, key.camera] = key
    gone = [old for key in cameras.values() for old in pictures.beyond(connection, key, keep_pictures)]
    pictures.forget(connection, gone)
    return gone


def _late(accepted: Iterable[Accepted]) -> Iterator[tuple[Place, int]]:
    for item in accepted:
        if isinstance(item.message, Event) and item.message.delayed:
            yield item.place, unix_ms(item.message)


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


def evidence_key(place: Place, event: HealthFinding) -> EvidenceKey:
    """Return where the picture of a finding is kept."""
    return EvidenceKey(place, event.finding, unix_ms(event))


def picture_key(place: Place, event: Snapshot) -> PictureKey:
    """Return where a snapshot is kept."""
    return PictureKey(place, event.camera, leaf_of(type(event)).name, unix_ms(event))
