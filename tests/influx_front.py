"""A front before the real influxd that speaks as another InfluxDB does in what ours can't: tokens and refusals.

It passes on what it does not refuse, so that answers are real; the words of the refusals are those of InfluxDB's own
documentation and sources. It proves how our client takes them, not that a 2.x or 3 sends them.
"""

import http.client
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

SPAN = re.compile(r"time >= (\d+)ms AND time < (\d+)ms")


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, list[str]]
    authorization: str
    body: bytes

    @property
    def question(self) -> str:
        """What is asked in InfluxQL; empty when it is no question."""
        return parse_qs(self.body.decode()).get("q", [""])[0] if self.path == "/query" else ""

    @property
    def span_ms(self) -> int | None:
        """How long a time is asked for; None when it is not said."""
        found = SPAN.search(self.question)
        return int(found[2]) - int(found[1]) if found else None


Refusal = tuple[HTTPStatus, dict[str, object]]


@dataclass
class Front:
    """Listens on a free port until closed.

    Args:
        influx_port: what is not refused goes there.
        refuse: says what a request is refused with; may give other lines to be passed on.
    """

    influx_port: int
    refuse: Callable[[Asked], Refusal | None]
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                url = urlsplit(self.path)
                asked = Asked(url.path, parse_qs(url.query), self.headers.get("Authorization", ""), body)
                front.asked.append(asked)
                refusal = front.refuse(asked)
                status, answer = (refusal[0], json.dumps(refusal[1]).encode()) if refusal else front.pass_on(asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def pass_on(self, asked: Asked) -> tuple[int, bytes]:
        """Send a request to influxd, as 1.6.7 wants it."""
        path = "/query"
        if asked.path == "/api/v2/write":
            path = f"/write?db={asked.query['bucket'][0]}&precision={asked.query['precision'][0]}"
        connection = http.client.HTTPConnection("127.0.0.1", self.influx_port, timeout=90)
        connection.request("POST", path, asked.body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content
