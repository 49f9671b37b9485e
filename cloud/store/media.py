"""Pictures on the disk: ``<folder>/<farm>/<house>/<device>/<camera>/<kind>/<at_ms>.jpg``.

A finding's picture is below ``<device>/findings/<finding>``, those of the daily log in ``<farm>/<house>/_log``.

A file appears whole or not at all (written aside, synced, renamed, the folder synced). A picture's record is
committed after its file and removed before it, so a record without a file can't be; a file without a record can,
after a crash, and is overwritten by the repeat that follows.
"""

import os
from pathlib import Path

from cloud.errors import StoreUnavailable
from cloud.store.daily_log import PhotoKey
from cloud.store.findings import EvidenceKey
from cloud.store.pictures import PictureKey

Key = PictureKey | EvidenceKey | PhotoKey
"""What names a picture; its ``path`` says where it is."""


class Media:
    """The folder of pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, key: Key, jpeg: bytes) -> None:
        """Put a picture on the disk; on return it is there to stay.

        Raises:
            StoreUnavailable: it could not be written; try again later.
        """
        path = self._path(key)
        try:
            _make_folder(path.parent)
            _write_synced(path, jpeg)
        except OSError as error:
            raise StoreUnavailable(f"{path} can't be written: {error.strerror}; is the disk full?") from error

    def find(self, key: Key) -> Path | None:
        """Return the file of a picture, None when it is gone."""
        path = self._path(key)
        return path if path.is_file() else None

    def remove(self, key: Key) -> None:
        """Delete a picture; harmless when it is gone."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: Key) -> Path:
        return self._folder / key.path


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _write_synced(path: Path, content: bytes) -> None:
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
