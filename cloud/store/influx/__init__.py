"""InfluxDB as a series store: 1.8, 2.x and 3 Core, written in line protocol and read in InfluxQL.

What each needs to be set up, and which of this our tests prove, is in docs/stores.md.
"""

import logging
import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from cloud.config import SeriesConfig
from cloud.errors import BadRecord, CannotStart, RefusedByStore, StoreUnavailable
from cloud.store.columns import DAY_MS, HOUR_MS, Columns, Rollups
from cloud.store.influx.client import InfluxClient, NotKnown
from cloud.store.influx.lines import INDEX, identifier, quoted, removed_where
from cloud.store.influx.reading import Reader
from cloud.store.influx.rollups import QUIET_S, Accountant
from cloud.store.influx.writing import Databases, Pen
from cloud.store.retention import without
from cloud.store.secret import secret_in
from cloud.store.series import DayStats, Latest, NotKept, Point, SeriesKey, Window
from cloud.store.thinning import basis_of, bucket_width_ms, cut_hours_ms, days_of, midnights_ms, raw, thinned

log = logging.getLogger(__name__)

AT_MS_MAX: Final = 2**53
"""Beyond what InfluxDB can date is refused by itself."""

T = TypeVar("T")
_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")


class InfluxSeries:
    """A ``SeriesStore`` at an InfluxDB; nothing is sent before ``open()``.

    Args:
        config: where it is and who we are there.
        worker: unique among the processes that write to it.
        clock: the present as an aware time.
        quiet_s: waited after late data before their hours are added up again, in s.
    """

    def __init__(
        self,
        config: SeriesConfig,
        worker: str = "henwise",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        quiet_s: float = QUIET_S,
    ) -> None:
        self._config = config
        self._worker = _NOT_IN_A_NAME.sub("_", worker.lower())
        self._clock = clock
        self._quiet_s = quiet_s
        self._databases = Databases(config.database, config.rollup_database)
        self._client: InfluxClient | None = None
        self._pen: Pen | None = None
        self._reader: Reader | None = None
        self._accountant: Accountant | None = None

    def open(self) -> None:
        """Connect. An InfluxDB that is away is waited for later: whoever writes or reads hears of it.

        Raises:
            CannotStart: the file with the token or the certificate authority can't be read, or InfluxDB does not
                know who we are.
        """
        login = None
        if self._config.username is not None and self._config.password is not None:
            login = self._config.username, self._config.password.get_secret_value()
        self._client = InfluxClient(
            self._config.url,
            org=self._config.org,
            token=self._token(),
            login=login,
            ca_file=self._config.ca_file,
            timeout_s=self._config.timeout_s,
        )
        self._client.open()
        self._pen = Pen(self._client, self._databases, self._worker)
        self._reader = Reader(self._client, self._databases)
        self._accountant = Accountant(self._pen, self._reader, self._now_ms, self._quiet_s)
        try:
            self._pen.make_databases()
            self._pen.known(self._reader.keys())
        except NotKnown as error:
            raise CannotStart(str(error)) from error
        except StoreUnavailable as error:
            log.warning("%s; what comes waits until it answers", error)
        self._accountant.start()

    def look(self) -> None:
        """Ask InfluxDB something small; see ``SeriesStore.look``."""
        self._opened(self._reader).look()

    def close(self) -> None:
        """Stop adding up and close all connections; harmless when not open."""
        if self._accountant is not None:
            self._accountant.stop()
        if self._client is not None:
            self._client.close()
        self._client = self._pen = self._reader = self._accountant = None

    def append(self, points: Sequence[Point]) -> list[NotKept]:
        """Write points; see ``SeriesStore.append``."""
        if not points:
            return []
        for point in points:
            if not math.isfinite(point.value) or not 0 <= point.at_ms <= AT_MS_MAX:
                raise BadRecord(f"{point.series.quantity}: {point.value} at {point.at_ms} ms can't be kept")
        pen = self._opened(self._pen)
        refused, taken = [], list(points)
        if self._config.retention.may_refuse(min(point.at_ms for point in points), self._now_ms()):
            refused = self._config.retention.refused(taken, self._now_ms())
            taken = without(taken, refused)
        return [*refused, *(pen.append(taken) if taken else [])]

    def remove(self, keys: Sequence[SeriesKey]) -> None:
        """Remove series with all their points and roll-ups; InfluxDB 3 Core can't, see ``SeriesStore.remove``."""
        client, databases = self._opened(self._client), self._databases
        for key in keys:
            where = f"WHERE {removed_where(key)}"
            for suffix in ("", "_hourly", "_daily"):
                name = identifier(f"{key.quantity}{suffix}")
                database = databases.rollups if suffix else databases.points
                client.query(database, f"DELETE FROM {name} {where}")  # noqa: S608  # quoted
            of = f"{where} AND quantity = {quoted(key.quantity)}"
            client.query(databases.rollups, f"DELETE FROM {INDEX} {of}")  # noqa: S608  # quoted

    def add_up(self) -> int:
        """Add up now all hours and days that are over; happens by itself as well.

        Raises:
            StoreUnavailable: the rest is added up later.
        """
        return self._opened(self._accountant).add_up()

    def forget(self) -> int:
        """Drop points that are older than their retention; answers of how many quantities.

        Raises:
            StoreUnavailable: InfluxDB is away.
        """
        now_ms = self._now_ms()
        client = self._opened(self._client)
        quantities = sorted({key.quantity for key in self.all_keys()})
        for quantity in quantities:
            horizon_ms = self._config.retention.horizon_ms(quantity, now_ms)
            try:
                client.query(
                    self._databases.points,
                    f"DELETE FROM {identifier(quantity)} WHERE time < {horizon_ms}ms",  # noqa: S608  # quoted
                )
            except RefusedByStore as error:
                log.info("points are not dropped by us: %s; set the database's own retention", error)
                return 0
        return len(quantities)

    def keys(self, farm: str, house: str) -> list[SeriesKey]:
        """List the series of a house, sorted."""
        return self._opened(self._reader).keys(farm, house)

    def all_keys(self) -> list[SeriesKey]:
        """List all series, sorted."""
        return self._opened(self._reader).keys()

    def latest(self, series: SeriesKey) -> Latest | None:
        """Return the newest point, None when there is none (any more)."""
        now_ms = self._now_ms()
        recent = now_ms // DAY_MS * DAY_MS - DAY_MS, now_ms + DAY_MS
        return self._opened(self._reader).latest(series, recent)

    def extent(self, series: SeriesKey) -> tuple[int, int] | None:
        """Return when the first day that was written to begins and the last one ends, None without any."""
        return self._opened(self._reader).extent(series, self._now_ms() + DAY_MS)

    def points(self, series: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        """Return the points of a span that are kept."""
        return self._opened(self._reader).points(series, (from_ms, to_ms))

    def hours(self, series: SeriesKey, from_ms: int, to_ms: int) -> Rollups:
        """Return the hours of a span, added up."""
        return self._opened(self._reader).hourly(series, (from_ms, to_ms)).every(HOUR_MS)

    def put_hours(self, series: SeriesKey, hours: Rollups) -> None:
        """Write roll-ups of hours whose points are not kept any more."""
        self._opened(self._pen).put_hours(series, hours)

    def window(self, series: SeriesKey, from_ms: int, to_ms: int, points: int) -> Window:
        """Return a span in at most ``points`` rows; see ``SeriesStore.window``."""
        if not from_ms < to_ms or points < 1:
            raise ValueError(f"need from_ms < to_ms and points >= 1, not {from_ms}, {to_ms}, {points}")
        reader, span = self._opened(self._reader), (from_ms, to_ms)
        width_ms = bucket_width_ms(from_ms, to_ms, points)
        whole = from_ms >= self._config.retention.horizon_ms(series.quantity, self._now_ms())
        if width_ms < HOUR_MS and not whole:
            width_ms = bucket_width_ms(from_ms, to_ms, points, HOUR_MS)
        basis = basis_of(width_ms)
        if basis == "raw":
            rows = reader.added_up(series, span, width_ms)
        else:
            rows = reader.daily(series, span) if basis == "daily" else reader.hourly(series, span)
        if whole and rows.n.sum() <= points:
            return raw(reader.points(series, span) if len(rows.n) else Columns.empty())
        return thinned(rows, span, width_ms, basis)

    def daily(self, series: SeriesKey, zone: ZoneInfo, first: date, last: date) -> list[DayStats]:
        """Return the days that have points; see ``SeriesStore.daily``."""
        if last < first:
            return []
        midnights = midnights_ms(zone, first, last)
        span = int(midnights[0]), int(midnights[-1])
        rows = self._opened(self._reader).hourly(series, span, cut_hours_ms(midnights))
        return days_of(rows, midnights, first)

    def _token(self) -> str:
        if self._config.token_file is not None:
            return secret_in(self._config.token_file, "series.token_file")
        return self._config.token.get_secret_value() if self._config.token else ""

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    @staticmethod
    def _opened(part: T | None) -> T:
        if part is None:
            raise StoreUnavailable("the InfluxDB store is not open")
        return part
