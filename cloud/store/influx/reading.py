"""Questions in InfluxQL, in the dialect that 1.8, 2.x and 3 Core share, and their answers as columns.

InfluxDB 3 Core refuses questions over too many files; a span is then asked for in halves.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import numpy as np

from cloud.errors import StoreUnavailable
from cloud.store.columns import DAY_MS, HOUR_MS, Columns, Rollups, joined
from cloud.store.influx.client import InfluxClient, Rows, TooWide
from cloud.store.influx.lines import FIELDS, INDEX, TAGS, identifier, quoted
from cloud.store.influx.writing import Databases
from cloud.store.series import Latest, SeriesKey

Span = tuple[int, int]
"""First time and the time after the last, Unix time in ms."""

QUARTER_MS: Final = 15 * 60_000
"""Days begin on quarters of an hour everywhere: what is not added up by the hour is asked for in these."""

SPANS_AT_MOST: Final = 12
"""Hours that have to be added up are asked for in so many questions, or all in one."""

STALE: Final = "stale_"
_SELECT: Final = "count(value) AS n, sum(value) AS total, stddev(value) AS sd, min(value) AS low, max(value) AS high"
_SELECT_ROLLUP: Final = "sum(n) AS n, sum(total) AS total, sum(sumsq) AS sumsq, min(low) AS low, max(high) AS high"

_PATTERN: Final = f"/^({'|'.join(FIELDS)}|{STALE}.*)$/"

EARLIEST_MS: Final = 1_704_067_200_000
"""Nothing is older: the contract refuses what was measured before 2024."""

R = TypeVar("R")


class Reader:
    """Asks InfluxDB."""

    def __init__(self, client: InfluxClient, databases: Databases) -> None:
        self._client = client
        self._databases = databases

    def keys(self, farm: str | None = None, house: str | None = None) -> list[SeriesKey]:
        """List the series of a house, or all, sorted."""
        where = f" WHERE farm = {quoted(farm)} AND house = {quoted(house)}" if farm and house else ""
        rows = self._client.query(self._databases.rollups, f"SELECT known FROM {INDEX}{where} GROUP BY *")  # noqa: S608  # quoted above
        return sorted(_index_key(one.tags) for one in rows if one.tags.get("quantity"))

    def look(self) -> None:
        """Ask something small."""
        self._client.query(self._databases.rollups, f"SELECT known FROM {INDEX} LIMIT 1")  # noqa: S608  # a constant

    def points(self, key: SeriesKey, span: Span) -> Columns:
        """Return the points of a span."""
        name, where = identifier(key.quantity), _where(key)

        def ask(part: Span) -> list[list[Any]]:
            text = f"SELECT value FROM {name} WHERE {where} AND {_time(part)}"  # noqa: S608  # quoted above
            return _values(self._client.query(self._databases.points, text))

        rows = [row for part in _asked(span, QUARTER_MS, ask) for row in part]
        at_ms, value = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)
        return Columns(at_ms, value)

    def added_up(self, key: SeriesKey, span: Span, width_ms: int) -> Rollups:
        """Let InfluxDB add up the points of a span in buckets of a width."""
        name, where = identifier(key.quantity), _where(key)

        def ask(part: Span) -> Rollups:
            text = (
                f"SELECT {_SELECT} FROM {name} WHERE {where} AND {_time(part)} GROUP BY time({width_ms}ms) fill(none)"  # noqa: S608  # quoted above
            )
            return Rollups.of_rows(map(_moments, _values(self._client.query(self._databases.points, text))))

        return joined(_asked(span, width_ms, ask))

    def hourly(self, key: SeriesKey, span: Span, cut_ms: Iterable[int] = ()) -> Rollups:
        """Return the hours of a span; those that are not added up, and those that begin at ``cut_ms``, in quarters."""
        from_ms, to_ms = span
        kept, stale = self._rollups(key, "hourly", (from_ms // HOUR_MS * HOUR_MS, to_ms))
        wanted = stale | {at for at in cut_ms if from_ms <= at < to_ms}
        wanted |= {at // HOUR_MS * HOUR_MS for at in span if at % HOUR_MS}
        parts = []
        for start, end in _merged(wanted, HOUR_MS):
            rows = self.added_up(key, (max(start, from_ms), min(end, to_ms)), QUARTER_MS)
            parts.append(_only(rows, wanted))
        found = {at for part in parts for at in (part.at_ms // HOUR_MS * HOUR_MS).tolist()}
        # Where the points are gone, the roll-up that is left must do.
        gone = {at for at in (wanted - found) & set(kept.at_ms.tolist()) if not self._has_points(key, at)}
        return joined([kept.without(wanted - gone), *parts])

    def daily(self, key: SeriesKey, span: Span) -> Rollups:
        """Return the days (UTC) of a span; days that are not whole or not added up come by the hour."""
        first, last = -(-span[0] // DAY_MS) * DAY_MS, span[1] // DAY_MS * DAY_MS
        if first >= last:
            return self.hourly(key, span)
        kept, stale = self._rollups(key, "daily", (first, last))
        edges = [self.hourly(key, part) for part in ((span[0], first), (last, span[1])) if part[0] < part[1]]
        again = [_only(self.hourly(key, part), stale, DAY_MS) for part in _merged(stale, DAY_MS)]
        return joined([kept.without(stale), *edges, *again])

    def latest(self, key: SeriesKey, recent: Span) -> Latest | None:
        """Return the newest point: of a recent span, or of the newest day before it that was written to."""
        found = self._last(key, recent)
        if found is None and (day_ms := self._newest_day(key, recent[0])) is not None:
            found = self._last(key, (day_ms, day_ms + DAY_MS))
        return found

    def extent(self, key: SeriesKey, before_ms: int) -> Span | None:
        """Return when the first day that was written to begins, and the last one before a time ends."""
        last = self._newest_day(key, before_ms)
        if last is None:
            return None
        name, where = identifier(f"{key.quantity}_daily"), _where(key)

        def ask(part: Span) -> list[list[Any]]:
            text = f"SELECT {_PATTERN} FROM {name} WHERE {where} AND {_time(part)} LIMIT 1"  # noqa: S608  # quoted above
            return _values(self._client.query(self._databases.rollups, text))

        first = min(int(row[0]) for part in _asked((EARLIEST_MS, last + DAY_MS), DAY_MS, ask) for row in part)
        return first, last + DAY_MS

    def all_added_up(self, quantity: str, span: Span, houses: Iterable[tuple[str, str]]) -> dict[SeriesKey, Rollups]:
        """Let InfluxDB add up the hours of all series of a quantity in some houses."""
        question = f"SELECT {_SELECT} FROM {identifier(quantity)} WHERE {_in(houses)}"  # noqa: S608  # quoted above
        return self._grouped(quantity, question, span, HOUR_MS, (self._databases.points, _moments))

    def all_days(self, quantity: str, span: Span, houses: Iterable[tuple[str, str]]) -> dict[SeriesKey, Rollups]:
        """Let InfluxDB add up the days (UTC) from the hours of all series of a quantity in some houses."""
        question = f"SELECT {_SELECT_ROLLUP} FROM {identifier(f'{quantity}_hourly')} WHERE {_in(houses)}"  # noqa: S608  # quoted above
        return self._grouped(quantity, question, span, DAY_MS, (self._databases.rollups, _exact))

    def marked(self, quantity: str, kind: str, mark: str, span: Span) -> dict[SeriesKey, list[int]]:
        """Return when the hours or days begin that one worker marked and never added up."""
        name = identifier(f"{quantity}_{kind}")

        def ask(part: Span) -> list[Rows]:
            text = f"SELECT {mark} FROM {name} WHERE {mark} = 1 AND {_time(part)} GROUP BY *"  # noqa: S608  # the mark is ours
            return self._client.query(self._databases.rollups, text)

        found: dict[SeriesKey, list[int]] = {}
        for part in _asked(span, DAY_MS, ask):
            for rows in part:
                found.setdefault(_key(rows.tags, quantity), []).extend(int(row[0]) for row in rows.values)
        return found

    def _last(self, key: SeriesKey, span: Span) -> Latest | None:
        text = f"SELECT last(value) FROM {identifier(key.quantity)} WHERE {_where(key)} AND {_time(span)}"  # noqa: S608  # quoted
        rows = _values(self._client.query(self._databases.points, text))
        return Latest(int(rows[0][0]), float(rows[0][1])) if rows else None

    def _newest_day(self, key: SeriesKey, before_ms: int) -> int | None:
        name, where = identifier(f"{key.quantity}_daily"), _where(key)

        def ask(part: Span) -> list[list[Any]]:
            text = f"SELECT {_PATTERN} FROM {name} WHERE {where} AND {_time(part)} ORDER BY time DESC LIMIT 1"  # noqa: S608  # quoted above
            return _values(self._client.query(self._databases.rollups, text))

        rows = _newest((EARLIEST_MS, before_ms), ask)
        return int(rows[0][0]) if rows else None

    def _has_points(self, key: SeriesKey, hour_ms: int) -> bool:
        return len(self.added_up(key, (hour_ms, hour_ms + HOUR_MS), HOUR_MS).at_ms) > 0

    def _grouped(
        self, quantity: str, question: str, span: Span, width_ms: int, how: tuple[str, Callable[..., Any]]
    ) -> dict[SeriesKey, Rollups]:
        database, row_of = how

        def ask(part: Span) -> list[Rows]:
            text = f"{question} AND {_time(part)} GROUP BY time({width_ms}ms), {', '.join(TAGS)} fill(none)"
            return self._client.query(database, text)

        found: dict[SeriesKey, list[Any]] = {}
        for part in _asked(span, width_ms, ask):
            for rows in part:
                found.setdefault(_key(rows.tags, quantity), []).extend(map(row_of, rows.values))
        return {key: Rollups.of_rows(rows) for key, rows in found.items()}

    def _rollups(self, key: SeriesKey, kind: str, span: Span) -> tuple[Rollups, set[int]]:
        """Return roll-ups of a span, and when those begin that are marked as out of date."""
        name, where = identifier(f"{key.quantity}_{kind}"), _where(key)

        def ask(part: Span) -> list[Rows]:
            text = f"SELECT {_PATTERN} FROM {name} WHERE {where} AND {_time(part)}"  # noqa: S608  # quoted above
            return self._client.query(self._databases.rollups, text)

        kept: list[Any] = []
        stale: set[int] = set()
        for one in (rows for part in _asked(span, DAY_MS, ask) for rows in part):
            # Without points ever added up there are marks only.
            places = [one.columns.index(field) if field in one.columns else None for field in FIELDS]
            marks = [place for place, name in enumerate(one.columns) if name.startswith(STALE)]
            for row in one.values:
                if any(row[mark] for mark in marks):
                    stale.add(int(row[0]))
                numbers = [None if place is None else row[place] for place in places]
                if None not in numbers:
                    kept.append((int(row[0]), *numbers))
        return Rollups.of_rows(kept), stale


def _asked(span: Span, edge_ms: int, ask: Callable[[Span], R]) -> list[R]:
    """Ask for a span, or for its halves when it is too wide for one question; they meet on an edge of a bucket."""
    try:
        return [ask(span)]
    except TooWide:
        middle = (span[0] + span[1]) // 2 // edge_ms * edge_ms
        if not span[0] < middle < span[1]:
            raise StoreUnavailable(
                "InfluxDB opens too many files for even a short span: raise query-file-limit at the server"
            ) from None
        return [*_asked((span[0], middle), edge_ms, ask), *_asked((middle, span[1]), edge_ms, ask)]


def _newest(span: Span, ask: Callable[[Span], list[R]]) -> list[R]:
    """Ask for a span, or for its halves, the newer one first, until one has an answer."""
    try:
        return ask(span)
    except TooWide:
        middle = (span[0] + span[1]) // 2 // DAY_MS * DAY_MS
        if not span[0] < middle < span[1]:
            raise
        return _newest((middle, span[1]), ask) or _newest((span[0], middle), ask)


def _merged(starts_ms: set[int], width_ms: int) -> list[Span]:
    """Join hours or days that follow each other; one span over all when they are too scattered."""
    spans: list[Span] = []
    for start in sorted(starts_ms):
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], start + width_ms)
        else:
            spans.append((start, start + width_ms))
    return spans if len(spans) <= SPANS_AT_MOST else [(spans[0][0], spans[-1][1])]


def _only(rows: Rollups, starts_ms: set[int], width_ms: int = HOUR_MS) -> Rollups:
    """Leave the rows that lie in one of these hours or days."""
    begins = rows.at_ms // width_ms * width_ms
    others = set(begins.tolist()) - starts_ms
    return rows.without(rows.at_ms[np.isin(begins, list(others))].tolist()) if others else rows


def _moments(row: list[Any]) -> tuple[int, float, float, float, float, float]:
    at_ms, n, total, deviation, low, high = row
    # InfluxQL knows no sum of squares, but the deviation (over n - 1), and none of a single point.
    sumsq = (n - 1) * (deviation or 0.0) ** 2 + total * total / n
    return int(at_ms), n, total, sumsq, low, high


def _exact(row: list[Any]) -> tuple[Any, ...]:
    return tuple(row)


def _where(key: SeriesKey) -> str:
    return " AND ".join(f"{tag} = {quoted(getattr(key, tag))}" for tag in TAGS)


def _in(houses: Iterable[tuple[str, str]]) -> str:
    return f"({' OR '.join(f'(farm = {quoted(farm)} AND house = {quoted(house)})' for farm, house in houses)})"


def _time(span: Span) -> str:
    return f"time >= {span[0]}ms AND time < {span[1]}ms"


def _values(rows: list[Rows]) -> list[list[Any]]:
    return [row for one in rows for row in one.values]


def _key(tags: dict[str, str], quantity: str) -> SeriesKey:
    return SeriesKey(tags["farm"], tags["house"], tags["device"], tags["source"], quantity)


def _index_key(tags: dict[str, str]) -> SeriesKey:
    return _key(tags, tags["quantity"])
