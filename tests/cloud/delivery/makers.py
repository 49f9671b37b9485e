"""The makers' hosts, played behind a real proxy with real TLS: our requests go out whole and are looked at here."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

HOSTS = (
    "qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "api.telegram.org", "www.pushplus.plus",
    "api.twilio.com",
)  # fmt: skip


@dataclass
class Makers:
    """A proxy that answers in the makers' names."""

    proxy: str
    ca_file: Path
    status: int = 200
    answer: bytes = b'{"errcode": 0, "errmsg": "ok", "code": 0, "ok": true, "result": {}}'
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def makers(folder: Path) -> Iterator[Makers]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    ca_file = folder / "makers.pem"
    authority.cert_pem.write_to_path(str(ca_file))

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:  # the library's name
            self.host = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            self.plain = self.connection
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", 0)  # type: ignore[assignment]
            self.close_connection = False

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            held.requests.append((self.host, self.path, body))
            self.send_response(held.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(held.answer)))
            self.end_headers()
            self.wfile.write(held.answer)
            self.close_connection = True

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = Makers(f"http://127.0.0.1:{server.server_port}", ca_file)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()
