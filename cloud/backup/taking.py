"""Taking a backup of a running service."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from alembic.migration import MigrationContext

from cloud.backup import points, rows
from cloud.backup.archive import MANIFEST, Manifest, Told, entry_of, written
from cloud.backup.keys import take_keys
from cloud.config import CloudConfig
from cloud.store.choice import chosen_media, chosen_series
from cloud.store.folder import opened_records
from cloud.store.media import Media
from cloud.store.named import Named
from cloud.store.records import Records


def take(config: CloudConfig, target: Path, told: Told) -> Manifest:
    """Write a backup of everything the configuration names to a folder, or a file that ends in ``.tar``.

    Raises:
        CannotStart: ``target`` is there already or can't be written.
        StoreUnavailable: a store can't be read now.
    """
    manifest = Manifest(version=version("henwise"), taken_at_ms=int(datetime.now(UTC).timestamp() * 1000))
    with written(target) as folder:
        with opened_records(config) as records:
            _take_records(records, folder, manifest, told)
        take_keys(config.data_dir, folder)
        _take_series(config, folder, manifest, told)
        media = chosen_media(config)
        media.open()
        _take_pictures(media, folder, manifest, told)
        _sign(folder, manifest, told)
    return manifest


def _take_records(records: Records, folder: Path, manifest: Manifest, told: Told) -> None:
    (folder / "records").mkdir()
    with records.reading() as connection:
        manifest.revision = MigrationContext.configure(connection).get_current_revision() or ""
        tables = rows.tables_of(connection)
        total = sum(rows.count(connection, table) for table in tables)
        before = 0
        for table in tables:

            def progress(done: int, before: int = before) -> None:
                told("records", before + done, total)

            path = folder / "records" / f"{table.name}.jsonl.gz"
            entry = manifest.tables[table.name] = rows.dump(connection, table, path, progress)
            before += entry.rows
    told("records", total, total)


def _take_series(config: CloudConfig, folder: Path, manifest: Manifest, told: Told) -> None:
    (folder / "series").mkdir()
    target = folder / "series" / "series.db"
    if config.series.store == "embedded":
        source = config.data_dir / "series.db"
        if source.is_file():
            manifest.series = points.copy_file(source, target)
    else:
        source_store = chosen_series(config)
        source_store.open()
        try:
            with points.kept_in(target) as kept:
                manifest.days_without_points = points.copy_points(
                    source_store, kept, lambda done, total: told("series", done, total)
                )
                manifest.series = len(kept.all_keys())
        finally:
            source_store.close()
    told("series", manifest.series, manifest.series)


def _take_pictures(media: Media, folder: Path, manifest: Manifest, told: Told) -> None:
    paths = sorted(media.paths())
    for number, path in enumerate(paths, 1):
        jpeg = media.read(Named(path))
        if jpeg is not None:  # its time had come meanwhile
            target = folder / "pictures" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(jpeg)
            manifest.pictures += 1
        told("pictures", number, len(paths))


def _sign(folder: Path, manifest: Manifest, told: Told) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for number, path in enumerate(files, 1):
        manifest.files[path.relative_to(folder).as_posix()] = entry_of(path)
        told("checksums", number, len(files))
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
