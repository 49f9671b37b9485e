"""A mail server that keeps what it is handed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class Mailbox:
    """Keeps the letters it is handed."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    def newest(self, after: int) -> EmailMessage:
        """Wait until there are more than ``after`` letters and return the newest."""
        deadline_s = time.monotonic() + 180
        while len(self.letters) <= after:
            assert time.monotonic() < deadline_s
            time.sleep(0.1)
        return self.letters[-1]


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """Let a real server listen on a free port of this machine."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()
