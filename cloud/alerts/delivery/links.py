"""Links in messages: each is for one thing, one person, one message and some hours, and carries its own proof.

``<deed>.<notification>.<user>.<until>.<proof>``: the proof is an HMAC-SHA256 of the rest, cut to 128 bits.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, Literal

Deed = Literal["acknowledge", "snooze", "picture"]

ANSWER_MS: Final = 24 * 3600_000
PICTURE_MS: Final = 6 * 3600_000
SNOOZE_MS: Final = 3600_000
_PROOF_BYTES: Final = 16
_LETTERS: Final[dict[str, Deed]] = {"a": "acknowledge", "s": "snooze", "p": "picture"}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link allows.

    Attributes:
        deed: the one thing.
        notification: the message it stands in.
        user: who was sent it; 0: a group.
        until_ms: void from then on.
    """

    deed: Deed
    notification: str
    user: int
    until_ms: int


class Signer:
    """Writes and reads links with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, link: Link) -> str:
        """Return the link's token: letters, digits, ``-``, ``_`` and dots only."""
        letter = next(letter for letter, deed in _LETTERS.items() if deed == link.deed)
        said = f"{letter}.{link.notification}.{link.user}.{link.until_ms // 1000}"
        return f"{said}.{self._proof(said)}"

    def read(self, token: str, now_ms: int) -> Link | None:
        """Return what a token allows; None when it is forged, broken or void."""
        said, _, proof = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(proof, self._proof(said)):
            return None
        letter, notification, user, until = said.split(".")
        link = Link(_LETTERS[letter], notification, int(user), int(until) * 1000)
        return link if now_ms < link.until_ms else None

    def _proof(self, said: str) -> str:
        digest = hmac.new(self._key, said.encode(), hashlib.sha256).digest()[:_PROOF_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
