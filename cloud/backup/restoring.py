"""Restoring a backup into an empty installation, and looking whether everything is there again.

It may be killed at any moment and begun again: records come in one transaction, the embedded store's file by one
renaming, and points and pictures that are written twice are the same.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePath
from typing import Final, Literal

from sqlalchemy import Connection, select

from cloud.backup import points, rows
from cloud.backup.archive import Manifest, Told, entry_of, opened
from cloud.backup.keys import restore_keys
from cloud.backup.unfinished import begun, note
from cloud.config import CloudConfig
from cloud.errors import BadBackup, CannotStart
from cloud.store import findings, migrations, pictures
from cloud.store.choice import chosen_media, chosen_series
from cloud.store.folder import aside_in, make_data_dir, only_one, opened_records, records_of
from cloud.store.media import Key, Media, sync_folder
from cloud.store.named import Named
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from contract.errors import HenwiseError

Part = Literal["records", "series", "pictures"]
PARTS: Final[tuple[Part, ...]] = ("records", "series", "pictures")
PICTURES_AT_ONCE: Final = 64
COPY_BYTES: Final = 1 << 22
SERIES: Final = "series.db"


def restore(config: CloudConfig, source: Path, told: Told, parts: tuple[Part, ...] = PARTS) -> Manifest:
    """Restore a backup, or parts of it, into the stores that the configuration names; they must be empty.

    Raises:
        BadBackup: it is damaged or of a newer Henwise, or it is not all there afterwards.
        CannotStart: a store is not empty, or a service is running, or another restore did not come to its end.
        StoreUnavailable: a store can't be written now; restore again later.
    """
    make_data_dir(config.data_dir)
    with only_one(config.data_dir), opened(source, config.data_dir, told) as (folder, manifest):
        before = begun(config.data_dir, manifest)
        wanted = [part for part in parts if part not in before.done]
        _refuse_filled(config, [part for part in wanted if part not in before.left])
        unfinished = before.wanting(wanted)
        note(config.data_dir, unfinished)
        for part in wanted:
            try:
                if part == "records":
                    _restore_records(records_of(config), folder, manifest, told, again=part in before.left)
                    restore_keys(folder, config.data_dir)
                elif part == "series":
                    _restore_series(config, folder, told)
                else:
                    _restore_pictures(config, folder, manifest, told)
            except HenwiseError:
                if part == "records":
                    note(config.data_dir, before)  # all of it was undone
                raise
            unfinished = unfinished.without(part)
            note(config.data_dir, unfinished)
    return manifest


def _refuse_filled(config: CloudConfig, parts: Iterable[Part]) -> None:
    """Look before anything is written."""
    if "records" in parts:
        with opened_records(config) as records, records.reading() as connection:
            table = _filled(connection)
        if table:
            raise _not_empty(table)
    if "series" in parts and config.series.store == "embedded" and (target := config.data_dir / SERIES).exists():
        raise CannotStart(f"series: {target} is there already; restore into an empty data_dir")
    if "series" in parts and config.series.store != "embedded":
        store = chosen_series(config)
        store.open()
        try:
            if store.all_keys():
                raise CannotStart("series: there are some already; restore into an empty database")
        finally:
            store.close()
    if "pictures" in parts and next(_opened_media(config).paths(), None) is not None:
        raise CannotStart("pictures: there are some already; restore into an empty folder or bucket")


def _restore_records(records: Records, folder: Path, manifest: Manifest, told: Told, *, again: bool) -> None:
    records.open()
    try:
        with records.writing() as connection:
            if filled := _filled(connection):
                if again:  # it was committed before the restore was killed
                    return
                raise _not_empty(filled)
            migrations.downgrade(connection, "base")
            _to_version(connection, manifest)
            for number, table in enumerate(rows.tables_of(connection), 1):
                if table.name not in manifest.tables:
                    raise BadBackup(f"the backup lacks the table {table.name} of its version")
                rows.load(connection, table, folder / "records" / f"{table.name}.jsonl.gz")
                if rows.entry_of(connection, table) != manifest.tables[table.name]:
                    raise BadBackup(f"the table {table.name} did not come back as it was; nothing was restored")
                told("records", number, len(manifest.tables))
            migrations.upgrade(connection)
            _forget_missing_pictures(connection, manifest)
    finally:
        records.close()


def _forget_missing_pictures(connection: Connection, manifest: Manifest) -> None:
    """Bring the records up to the pictures: some were let go after the records had been read and before their turn."""

    def missing(key: Key) -> bool:
        return f"pictures/{key.path.as_posix()}" not in manifest.files

    pictures.forget(connection, [key for key in pictures.all_keys(connection) if missing(key)])
    findings.forget_pictures(connection, [key for key in findings.with_pictures(connection) if missing(key)])


def _filled(connection: Connection) -> str:
    """Return the name of a table that has rows; empty when none has."""
    tables = rows.tables_of(connection)
    filled = (one.name for one in tables if connection.execute(select(1).select_from(one).limit(1)).first())
    return next(filled, "")


def _not_empty(table: str) -> CannotStart:
    return CannotStart(f"records: the table {table} is not empty; restore into an empty database")


def _to_version(connection: Connection, manifest: Manifest) -> None:
    try:
        migrations.upgrade(connection, manifest.revision)
    except CannotStart as error:
        raise BadBackup(f"the backup is of a newer Henwise ({manifest.version}); update this one") from error


def _restore_series(config: CloudConfig, folder: Path, told: Told) -> None:
    source = folder / "series" / SERIES
    if not source.is_file():
        return
    if config.series.store == "embedded":
        _copy_series(source, config.data_dir / SERIES, told)
        return
    with aside_in(config.data_dir) as aside:
        copy = aside / SERIES  # a store writes as soon as it is opened; the backup stays as it is
        shutil.copyfile(source, copy)
        with points.kept_in(copy) as kept:
            _fill_series(chosen_series(config), kept, told)


def _copy_series(source: Path, target: Path, told: Told) -> None:
    """Copy a file, which gets its name when it is whole and on the disk."""
    aside, total, done = target.with_suffix(".part"), source.stat().st_size, 0
    with source.open("rb") as read, aside.open("wb") as write:
        while chunk := read.read(COPY_BYTES):
            write.write(chunk)
            done += len(chunk)
            told("series", done, total)
        write.flush()
        os.fsync(write.fileno())
    if entry_of(aside) != entry_of(source):
        aside.unlink()
        raise BadBackup(f"series: {target} did not come back as it was; restore again")
    aside.rename(target)
    sync_folder(target.parent)


def _fill_series(store: SeriesStore, kept: SeriesStore, told: Told) -> None:
    store.open()
    try:
        points.copy_points(kept, store, lambda done, total: told("series", done, total))
        points.compare(kept, store, lambda done, total: told("compare", done, total))
    finally:
        store.close()


def _restore_pictures(config: CloudConfig, folder: Path, manifest: Manifest, told: Told) -> None:
    media = _opened_media(config)
    names = [PurePath(name) for name in manifest.files if name.startswith("pictures/")]
    done = 0
    for some in _batches(names, PICTURES_AT_ONCE):
        media.write((Named(name.relative_to("pictures")), (folder / name).read_bytes()) for name in some)
        done += len(some)
        told("pictures", done, len(names))
    if (found := sum(1 for _ in media.paths())) != manifest.pictures:
        raise BadBackup(f"of {manifest.pictures} pictures {found} are there; empty the store and restore again")


def _opened_media(config: CloudConfig) -> Media:
    media = chosen_media(config)
    media.open()
    return media


def _batches(names: list[PurePath], size: int) -> Iterator[list[PurePath]]:
    left = iter(names)
    while some := list(islice(left, size)):
        yield some
