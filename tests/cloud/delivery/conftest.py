"""People and channels in real records; servers that stand for the services messages go to."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cloud.store import channels
from cloud.store.channels import KeptChannel, NewChannel, Owner
from cloud.store.records import Records, add
from cloud.store.tables import User
from tests.cloud.delivery.farmyard import NOON, HandWritten


@pytest.fixture
def farm(records: Records) -> HandWritten:
    """Mei and Wang, who may answer alerts of the farm, as users 1 and 2."""
    with records.writing() as connection:
        for number, name in enumerate(("mei", "wang"), 1):
            add(connection, User, {"id": number, "name": name, "password_hash": "-", "created_ms": NOON})
    return HandWritten()


def channel(records: Records, address: str, owner: Owner | None = None, kind: str = "webhook") -> KeptChannel:
    new = NewChannel(kind, f"the {kind}", address, "shown", "zh")
    return channels.put(records, owner or Owner(user=1), new, NOON)


@dataclass(frozen=True, slots=True)
class Request:
    """What a server was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server that keeps what it is sent and answers as it is told."""

    url: str
    port: int
    requests: list[Request] = field(default_factory=list)
    status: int = 200
    location: str = ""
    delay_s: float = 0.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            time.sleep(held.delay_s)
            held.requests.append(
                Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            self.send_response(held.status)
            if held.location:
                self.send_header("Location", held.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = server.server_port
    held = Receiver(f"http://127.0.0.1:{port}", port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()
