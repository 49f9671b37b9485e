"""Pictures: ``<farm>/<house>/<device>/<camera>/<kind>/<at_ms>.jpg`` in a folder, or under a prefix of a bucket.

A finding's picture is at ``<farm>/<house>/<device>/findings/<finding>/<at_ms>.jpg``, that of the daily
log at ``<farm>/<house>/_log/<sha256>.jpg``. A picture appears whole or not at all. Its record is committed after it and
removed before it, so a record without a picture can't be; a picture without a record can, after a crash, and is
overwritten by the repeat that follows. What a killed writer left aside goes with a later start.
"""

import logging
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Final, Protocol

from cloud.errors import StoreUnavailable

log = logging.getLogger(__name__)

ASIDE: Final = ".part"
"""How the name of a file ends that is not whole yet."""
ASIDE_S: Final = 3_600.0
"""What has lain aside for longer is nobody's any more; younger ones may be another worker's."""


class Key(Protocol):
    """What names a picture."""

    @property
    def path(self) -> PurePath:
        """Where it is below the root of all pictures."""
        ...


class Media(Protocol):
    """Where pictures are kept. All calls block and may come from any thread."""

    def open(self) -> None:
        """Get ready.

        Raises:
            CannotStart: the place can't be used as it is configured.
        """
        ...

    def write(self, pictures: Iterable[tuple[Key, bytes]]) -> None:
        """Keep pictures (JPEG); on return they are there to stay.

        Raises:
            StoreUnavailable: some could not be written; write all of them again later.
        """
        ...

    def read(self, key: Key) -> bytes | None:
        """Return a picture, None when it is gone.

        Raises:
            StoreUnavailable: it can't be read now.
        """
        ...

    def remove(self, keys: Iterable[Key]) -> None:
        """Delete pictures; harmless for those that are gone.

        Raises:
            StoreUnavailable: some are still there.
        """
        ...

    def paths(self) -> Iterator[PurePath]:
        """List where all pictures are, in any order.

        Raises:
            StoreUnavailable: they can't be listed now.
        """
        ...


class FolderMedia:
    """Pictures on the disk: written aside, synced, renamed, the folder synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Get ready; see ``Media.open``. Folders are made as pictures come; what a killed writer left aside goes."""
        begun_before_s = time.time() - ASIDE_S
        try:
            for aside in self._folder.rglob(f"*{ASIDE}"):
                if aside.stat().st_mtime < begun_before_s:
                    aside.unlink(missing_ok=True)
        except OSError as error:
            log.warning("what lies aside in %s stays: %s", self._folder, error.strerror)

    def write(self, pictures: Iterable[tuple[Key, bytes]]) -> None:
        """Keep pictures; see ``Media.write``."""
        for key, jpeg in pictures:
            path = self._path(key)
            try:
                _make_folder(path.parent)
                write_synced(path, jpeg)
            except OSError as error:
                raise StoreUnavailable(f"{path} can't be written: {error.strerror}; is the disk full?") from error

    def read(self, key: Key) -> bytes | None:
        """Return a picture; see ``Media.read``."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path} can't be read: {error.strerror}") from error

    def remove(self, keys: Iterable[Key]) -> None:
        """Delete pictures; see ``Media.remove``."""
        for key in keys:
            path = self._path(key)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreUnavailable(f"{path} can't be deleted: {error.strerror}") from error

    def paths(self) -> Iterator[PurePath]:
        """List where all pictures are; see ``Media.paths``."""
        for path in self._folder.rglob("*.jpg"):
            yield path.relative_to(self._folder)

    def _path(self, key: Key) -> Path:
        return self._folder / key.path


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and to stay when this returns; whoever else writes it, too."""
    aside = path.with_suffix(f".{secrets.token_hex(4)}{ASIDE}")
    try:
        with aside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
