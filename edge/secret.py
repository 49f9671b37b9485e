"""Secrets stand in files of their own: a systemd credential where there is one, else the file itself."""

import os
from pathlib import Path

from edge.kept_file import write_kept

CREDSTORE = Path("/etc/credstore")
"""Where this system keeps secrets of services, root's alone (systemd.exec(5))."""
OURS = "henwise."
"""How the names of ours begin there."""
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what LoadCredential= names, for this service only (systemd.exec(5))."""


def secret_file(file: Path) -> Path:
    """Return where a secret is to be read: a credential of the same name counts before the file.

    Under systemd the file belongs to root and this process can't read it.
    """
    folder = os.environ.get(CREDENTIALS, "")
    credential = Path(folder) / file.name
    return credential if folder and credential.is_file() else file


def read_secret(file: Path) -> str:
    """Return the first line of a secret's file.

    Raises:
        OSError: it can't be read.
        UnicodeDecodeError: it is no text.
    """
    return secret_file(file).read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")


def write_secret(file: Path, text: str) -> None:
    """Write a secret's file so that only this user can read it.

    Raises:
        OSError: it can't be written.
    """
    before = os.umask(0o077)
    try:
        write_kept(file, f"{text}\n".encode())
    finally:
        os.umask(before)
