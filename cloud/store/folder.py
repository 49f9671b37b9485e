"""The data folder: made when missing, held by one service at a time; and the records, in it or elsewhere."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from cloud.config import CloudConfig
from cloud.errors import CannotStart
from cloud.store.records import Records
from cloud.store.secret import secret_in

UNFINISHED: Final = "restore.unfinished"
"""A file in the data folder while a backup is being restored, and after a restore that did not come to its end."""
ASIDE: Final = ".restoring"
"""A folder in the data folder for what a restore unpacks; a restore that is killed leaves it there."""


def records_of(config: CloudConfig) -> Records:
    """Return the records where the configuration has them, not opened yet.

    Raises:
        CannotStart: the file with the password can't be read.
    """
    told = config.records
    if told.url is None:
        return Records(config.data_dir / "records.db")
    url = make_url(told.url.get_secret_value()).set(drivername="postgresql+psycopg")
    if told.password_file is not None:
        url = url.set(password=secret_in(told.password_file, "records.password_file"))
    return Records(url)


@contextmanager
def opened_records(config: CloudConfig) -> Iterator[Records]:
    """Open the records alone, for a command beside a running service.

    Raises:
        CannotStart: the data folder can't be made, or the password of the records can't be read.
        StoreUnavailable: the records can't be opened.
    """
    make_data_dir(config.data_dir)
    records = records_of(config)
    records.open()
    try:
        yield records
    finally:
        records.close()


def make_data_dir(folder: Path) -> None:
    """Make the data folder if it is missing; its parent must be there.

    Raises:
        CannotStart: it can't be made or written.
    """
    try:
        folder.mkdir(exist_ok=True, mode=0o750)
    except OSError as error:
        raise CannotStart(f"data_dir: {folder} can't be made: {error.strerror}; make it, or set another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(f"data_dir: {folder} can't be written; give this user the right, or set another")


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder, so that two services never write the same files; what a killed restore unpacked goes.

    Raises:
        CannotStart: another service holds it.
    """
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"data_dir: {folder} is in use by another henwise-cloud; stop it first") from error
        shutil.rmtree(folder / ASIDE, ignore_errors=True)
        yield


@contextmanager
def aside_in(folder: Path) -> Iterator[Path]:
    """Give a folder of one's own within the data folder; for who holds it with ``only_one``, which sweeps it."""
    (folder / ASIDE).mkdir(exist_ok=True, mode=0o700)
    try:
        with tempfile.TemporaryDirectory(dir=folder / ASIDE) as aside:
            yield Path(aside)
    finally:
        with suppress(OSError):
            (folder / ASIDE).rmdir()


def refuse_unfinished(folder: Path) -> None:
    """Refuse stores into which a backup was restored in part only: who looks at them would miss what is not there.

    Raises:
        CannotStart: they are such.
    """
    if (folder / UNFINISHED).exists():
        raise CannotStart(
            f"data_dir: a restore into {folder} did not come to its end; run the same henwise-cloud restore again, "
            f"which goes on with it, or empty the stores and remove {folder / UNFINISHED}"
        )
