"""Everything an organisation owns as one ZIP of open formats: CSV for records and series, JPEG for pictures. Blocking.

Files are written one after the other into a temporary file, so that no table and no series has to fit into memory.
"""

import csv
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import PurePath
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import sqlalchemy as sa
from sqlalchemy import select

from cloud.formula import as_text
from cloud.leaving.belongings import INNER, owned, shown_columns
from cloud.store import farms, houses
from cloud.store.columns import DAY_MS, HOUR_MS
from cloud.store.media import Media
from cloud.store.named import Named
from cloud.store.records import Records
from cloud.store.series import SeriesKey, SeriesStore

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP knows: nothing here depends on when it was made."""
ROWS_AT_ONCE: Final = 1_000
SPAN_MS: Final = 30 * DAY_MS

READ_ME: Final = """Everything that Henwise keeps of an organisation. 慧养鸡保存的本组织全部数据。

records/<table>.csv
    UTF-8; columns that end in _ms are Unix time in ms; secrets are left out; text that begins with = + - @, as wide
    signs too, or a tab, which spreadsheets would run as a formula, is led by an apostrophe
series/<farm>/<house>/<quantity>.<device>.<source>.csv
    at_ms, value, in the unit that the quantity's name ends in
series/<farm>/<house>/<quantity>.<device>.<source>.hours.csv
    hours of which only sums are left: at_ms, n, total, sumsq, low, high
pictures/<farm>/<house>/...
    JPEG
"""


def export(records: Records, series: SeriesStore, media: Media, organisation: int, target: IO[bytes]) -> None:
    """Write everything an organisation owns into a file.

    Raises:
        StoreUnavailable: a store can't be read now.
    """
    with records.reading() as connection:
        own = farms.of(connection, organisation)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(_entry("README.txt"), READ_ME)
        for table, is_own in owned(organisation, own):
            if table.name not in INNER:
                _write_table(archive, records, table, is_own)
        for house in _houses(records, own):
            for key in series.keys(*house):
                _write_series(archive, series, key)
        for path in media.paths():
            if path.parts and path.parts[0] in own:
                _write_picture(archive, media, path)


def _write_table(archive: ZipFile, records: Records, table: sa.Table, is_own: sa.ColumnElement[bool]) -> None:
    columns = shown_columns(table)
    query = select(*columns).where(is_own).order_by(*table.primary_key.columns)
    with records.reading() as connection, _text(archive, f"records/{table.name}.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
            writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> object:
    """Return a value as it stands in a file; text that a spreadsheet would run as a formula is led by an apostrophe."""
    if value is None:
        return ""
    return as_text(value) if isinstance(value, str) else value


def _write_series(archive: ZipFile, series: SeriesStore, key: SeriesKey) -> None:
    extent = series.extent(key)
    if extent is None:
        return
    name = f"series/{key.farm}/{key.house}/{key.quantity}.{key.device}.{key.source}"
    first_ms, last_ms = extent[0] // HOUR_MS * HOUR_MS, -(-extent[1] // HOUR_MS) * HOUR_MS
    kept: set[int] = set()
    with _text(archive, f"{name}.csv") as file:
        file.write("at_ms,value\n")
        for start in range(first_ms, last_ms, SPAN_MS):
            points = series.points(key, start, min(start + SPAN_MS, last_ms))
            kept.update((points.at_ms // HOUR_MS).tolist())
            pairs = zip(points.at_ms.tolist(), points.value.tolist(), strict=True)
            file.writelines(f"{at},{value!r}\n" for at, value in pairs)
    left = list(_hours_left(series, key, (first_ms, last_ms), kept))
    if left:
        with _text(archive, f"{name}.hours.csv") as file:
            file.write("at_ms,n,total,sumsq,low,high\n")
            file.writelines(",".join(map(repr, row)) + "\n" for row in left)


def _hours_left(
    series: SeriesStore, key: SeriesKey, span: tuple[int, int], kept: set[int]
) -> Iterator[tuple[float, ...]]:
    for start in range(*span, SPAN_MS):
        rows = series.hours(key, start, min(start + SPAN_MS, span[1]))
        columns = (rows.at_ms, rows.n, rows.total, rows.sumsq, rows.low, rows.high)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            if row[0] // HOUR_MS not in kept:
                yield row


def _write_picture(archive: ZipFile, media: Media, path: PurePath) -> None:
    picture = media.read(Named(path))
    if picture is not None:
        archive.writestr(_entry(f"pictures/{path.as_posix()}"), picture, ZIP_STORED)


def _houses(records: Records, own: Iterable[str]) -> list[tuple[str, str]]:
    wanted = set(own)
    return [name for name in houses.names(records) if name[0] in wanted]


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, EPOCH)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _text(archive: ZipFile, name: str) -> TextIOWrapper:
    return TextIOWrapper(archive.open(_entry(name), "w", force_zip64=True), encoding="utf-8", newline="")
