"""The folder or tar file of a backup: named when it is whole, read when every checksum is right."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from cloud.errors import BadBackup, CannotStart
from cloud.store.folder import aside_in

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"

Told = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class FileEntry(BaseModel):
    """A file of the backup: bytes and SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int
    sha256: str


class TableEntry(BaseModel):
    """A table: its rows, and a digest of them that does not depend on their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int
    digest: str


class Manifest(BaseModel):
    """What is in a backup.

    Attributes:
        format: of the backup itself.
        version: of the Henwise that took it.
        taken_at_ms: when it was begun, Unix ms.
        revision: of the records' tables.
        tables: name -> what is in it.
        series: how many series there are.
        days_without_points: days of a series whose points had been dropped already and whose roll-ups are not in here.
        pictures: how many pictures there are.
        files: path -> size and checksum, of every other file.
    """

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    version: str
    taken_at_ms: int
    revision: str = ""
    tables: dict[str, TableEntry] = {}
    series: int = 0
    days_without_points: int = 0
    pictures: int = 0
    files: dict[str, FileEntry] = {}


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a folder to fill; on leaving the block it is ``target``, packed when that ends in ``.tar``.

    Raises:
        CannotStart: something is there already, or it can't be written.
    """
    if target.exists():
        raise CannotStart(f"{target} is there already; name a new file or folder")
    aside = target.with_name(f".{target.name}.part")
    try:
        aside.mkdir(mode=0o700)
    except OSError as error:
        raise CannotStart(
            f"{aside} can't be made: {error.strerror}; make its folder, or remove what is left"
        ) from error
    try:
        yield aside
        _sync(aside)
        if target.suffix == ".tar":
            _pack(aside, target)
        else:
            aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def opened(source: Path, data_dir: Path, told: Told) -> Iterator[tuple[Path, Manifest]]:
    """Give the folder of a backup and its manifest, every checksum compared; a tar file is unpacked in ``data_dir``.

    Raises:
        BadBackup: it is damaged, of a newer Henwise, or none at all.
    """
    if source.is_dir():
        yield source, checked(source, told)
        return
    with aside_in(data_dir) as folder:
        try:
            with tarfile.open(source) as tar:
                tar.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise BadBackup(f"{source} can't be read: {error}") from error
        yield folder, checked(folder, told)


def checked(folder: Path, told: Told) -> Manifest:
    """Return the manifest of a backup whose files are all as they were written.

    Raises:
        BadBackup: one is not.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise BadBackup(f"{folder} is no backup that this Henwise can read: {error}") from error
    if manifest.format > FORMAT:
        raise BadBackup(f"{folder} was taken by a newer Henwise ({manifest.version}); update this one")
    for number, (name, entry) in enumerate(manifest.files.items(), 1):
        if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
            raise BadBackup(f"{name!r} would lead out of the backup: it is none of Henwise's")
        try:
            found = entry_of(folder / PurePath(name))
        except OSError as error:
            raise BadBackup(f"{name} of the backup can't be read: {error.strerror}; take another backup") from error
        if found != entry:
            raise BadBackup(f"{name} of the backup is damaged; take another backup")
        told("check", number, len(manifest.files))
    return manifest


def entry_of(path: Path) -> FileEntry:
    """Read a file for its size and checksum."""
    with path.open("rb") as file:
        return FileEntry(size=os.fstat(file.fileno()).st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _pack(folder: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.tar")
    with aside.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        with tarfile.open(fileobj=file, mode="w") as tar:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    tar.add(path, path.relative_to(folder))
        file.flush()
        os.fsync(file.fileno())
    aside.rename(target)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
