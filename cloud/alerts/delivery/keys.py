"""The service's own secrets for notifications, made at the first start and kept in the data folder.

``notify/vapid.pem`` names the service to browsers' push services: with another key every browser must subscribe anew.
``notify/links.key`` signs the links in messages: with another key the links already sent are void.
"""

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from py_vapid import Vapid02, VapidException

from cloud.errors import CannotStart

LINK_KEY_BYTES: Final = 32
FOLDER: Final = "notify"
"""Where in the data folder they are; a backup carries it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Both secrets; nothing of them leaves the service but ``public``."""

    vapid: Vapid02
    links: bytes

    @property
    def public(self) -> str:
        """Return the key that browsers subscribe with: base64url of the uncompressed point on P-256."""
        point = self.vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def load_keys(data_dir: Path) -> Keys:
    """Read the secrets, and make those that are missing.

    Raises:
        CannotStart: a file can't be read, written, or is no key.
    """
    folder = data_dir / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        pem = _kept(folder / "vapid.pem", _new_vapid)
        links = _kept(folder / "links.key", lambda: secrets.token_bytes(LINK_KEY_BYTES))
    except OSError as error:
        raise CannotStart(f"{folder} can't be read or written: {error.strerror}; give it to this user") from error
    try:
        vapid = Vapid02.from_pem(pem)
    except (ValueError, VapidException) as error:
        raise CannotStart(
            f"{folder / 'vapid.pem'} is no key; put the backup back, or remove it for a new one"
        ) from error
    return Keys(vapid, links)


def _new_vapid() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        aside = path.with_suffix(".part")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    return path.read_bytes()
