"""A batch of messages becomes rows on the disk: points, pictures, then records. Blocking; call it from a thread.

Only when ``settle`` returns may the events be acknowledged. Everything here can be done twice: a point is known by
series and time, a picture by camera and time, the ledger by seq.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from cloud.errors import StoreUnavailable
from cloud.ingest.admission import Admission
from cloud.ingest.outcome import Outcome
from cloud.ingest.points import put_points
from cloud.ingest.recording import evidence_key, picture_key, record
from cloud.ingest.sorting import Accepted, Arrived, Sorted, sorted_batch
from cloud.ingest.sources import Sources
from cloud.signals import notify
from cloud.store import enrolments, ledger
from cloud.store.ledger import Refused
from cloud.store.media import Key, Media
from cloud.store.records import Records
from cloud.store.remembered import Remembered
from cloud.store.series import NotKept, PointRows, SeriesKey, SeriesStore
from contract.messages import Announcement, Event, HealthFinding, Snapshot

log = logging.getLogger(__name__)


class Settler:
    """Writes batches to the stores.

    Args:
        series: the time series.
        records: everything else.
        media: picture files.
        keep_pictures: pictures kept per camera and kind, and of the findings of each device.
        clock: the present as an aware time.
        admission: who may speak; everybody unless given.
        believed: says whether the clock may be believed.
    """

    def __init__(
        self,
        series: SeriesStore,
        records: Records,
        media: Media,
        keep_pictures: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        admission: Admission | None = None,
        believed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._admission = admission or Admission(records, everybody=True)
        self._series = series
        self._records = records
        self._media = media
        self._keep_pictures = keep_pictures
        self._clock = clock
        self._believed = believed
        self._remembered = Remembered.beside(records)
        self._sources = Sources()
        self._decided = False

    def look_anew(self) -> None:
        """Ask the records from the next batch on who may speak and what is there: a person has decided; any thread."""
        self._decided = True

    def settle(self, batch: Sequence[Arrived]) -> Outcome:
        """Put a batch on the disk; one message that can't be kept does not hold up the others.

        Raises:
            StoreUnavailable: nothing may be acknowledged; settle the same batch again later.
        """
        if self._decided:
            self._decided = False
            self._admission.forget()
            self._remembered.forget()
        now_ms = int(self._clock().timestamp() * 1000)
        admitted = self._admission.admitted(batch, now_ms)
        outcome = self._settle_admitted(admitted)
        outcome.held += len(batch) - len(admitted)
        return outcome

    def _settle_admitted(self, batch: Sequence[Arrived]) -> Outcome:
        try:
            return self._settled(self._sorted(batch))
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
            return self._settled(self._sorted([arrived]))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the message is kept aside with it
            refused = Sorted()
            refused.refuse(arrived, f"{type(error).__name__}: {error}")
            return self._settled(refused)

    def _sorted(self, batch: Sequence[Arrived]) -> Sorted:
        found = sorted_batch(batch, self._clock(), believed=self._believed())
        if found.held:
            log.warning("%d messages are ahead of this machine's clock, which nobody has set: they wait", found.held)
        return found

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
            held=batch.held,
            announced={item.place for item in batch.accepted if isinstance(item.message, Announcement)},
        )
        with self._remembered.transaction(), self._records.writing_beside() as connection:
            enrolments.hold(connection, {item.place for item in batch.accepted} | {place for place, _ in batch.settled})
            now_ms = int(self._clock().timestamp() * 1000)
            gone = record(connection, batch, outcome, self._remembered, self._keep_pictures, now_ms)
            notify(connection, outcome.signal)
        self._media.remove(gone)
        return outcome

    def _write_pictures(self, accepted: Iterable[Accepted]) -> None:
        found: list[tuple[Key, bytes]] = []
        for place, message in ((item.place, item.message) for item in accepted):
            if isinstance(message, Snapshot):
                found.append((picture_key(place, message), message.jpeg))
            elif isinstance(message, HealthFinding):
                found.append((evidence_key(place, message), message.jpeg))
        self._media.write(found)


def _points(accepted: Iterable[Accepted]) -> PointRows:
    rows = PointRows()
    for item in accepted:
        if isinstance(item.message, Event):
            put_points(rows, item.place, item.message)
    return rows


def _kept_aside(not_kept: Iterable[NotKept]) -> list[Refused]:
    """Return what the series store refuses for ever, to be kept aside, a row per series and reason."""
    values: dict[tuple[SeriesKey, str], list[tuple[int, float]]] = {}
    for one in not_kept:
        values.setdefault((one.point.series, one.reason), []).append((one.point.at_ms, one.point.value))
    return [
        Refused("/".join(("series", *key)), json.dumps(rows).encode(), reason) for (key, reason), rows in values.items()
    ]
