"""Small files that survive a power cut: written beside, synced, renamed over the old one."""

import os
from pathlib import Path

PART = ".part"
"""Ending of a file that is being written. One that a power cut left is swept by who owns the folder."""


def write_kept(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it holds the old content or the new, nothing between.

    Raises:
        OSError: the folder can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep_parts(folder: Path) -> None:
    """Delete what a power cut left half written in a folder; nobody may be writing there.

    Raises:
        OSError: the disk refuses.
    """
    for path in folder.glob(f"*{PART}"):
        path.unlink(missing_ok=True)


def read_kept(path: Path) -> bytes | None:
    """Return what a file holds; None when it is not there or can't be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None
