"""A real HTTP camera for the tests: one JPEG per request on loopback, with basic or digest login, in several moods."""

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

from tests.edge.clips import DARKEST, STEP

USER, PASSWORD = "farmer", "s3cr€t@/x"
BASIC = "ZmFybWVyOnMzY3Ligqx0QC94"


class PictureCamera(ThreadingHTTPServer):
    """Serves /snap.jpg; ``login`` is "", "basic", "MD5" or "SHA-256", ``mood`` how it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.login = ""
        self.mood = "well"
        self.pictures = 0
        self.asked: list[str] = []
        self.nonce = secrets.token_hex(8)
        self.ended = threading.Event()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: PictureCamera

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if not self._may():
            self._answer(401, b"who are you?", "text/plain", self._challenge())
        elif self.path.partition("?")[0] != "/snap.jpg":
            self._answer(404, b"no", "text/plain")
        else:
            getattr(self, f"_{self.server.mood}")()

    def _well(self) -> None:
        self._answer(200, self._picture(), "image/jpeg")

    def _page(self) -> None:
        self._answer(200, b"<html>log in</html>", "text/html")

    def _empty(self) -> None:
        self._answer(200, b"", "image/jpeg")

    def _busy(self) -> None:
        self._answer(503, b"busy", "text/plain")

    def _silent(self) -> None:
        self.server.ended.wait(30)

    def _dripping(self) -> None:
        picture = self._picture()
        self.send_response(200)
        self.send_header("Content-Length", str(len(picture)))
        self.end_headers()
        for byte in picture:
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def _streaming(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
        self.end_headers()
        while True:
            self.wfile.write(b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + self._picture() + bytes(1_000_000))

    def _picture(self) -> bytes:
        grey = (self.server.pictures % 40) * STEP + DARKEST
        self.server.pictures += 1
        return cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1].tobytes()

    def _answer(self, code: int, body: bytes, kind: str, challenge: str = "") -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)

    def _challenge(self) -> str:
        if self.server.login == "basic":
            return 'Basic realm="camera"'
        return f'Digest realm="camera", nonce="{self.server.nonce}", qop="auth", algorithm={self.server.login}'

    def _may(self) -> bool:
        told = self.headers.get("Authorization", "")
        if self.server.login in {"", "basic"}:
            return not self.server.login or told == f"Basic {BASIC}"
        fields = dict(re.findall(r'(\w+)="?([^",]*)"?', told.removeprefix("Digest ")))
        if fields.get("nonce") != self.server.nonce:
            return False

        def hashed(text: str) -> str:
            kind = "md5" if self.server.login == "MD5" else "sha256"
            return hashlib.new(kind, text.encode()).hexdigest()

        # RFC 7616, section 3.4.1.
        who, what = hashed(f"{USER}:camera:{PASSWORD}"), hashed(f"GET:{self.path}")
        middle = ":".join(fields[key] for key in ("nonce", "nc", "cnonce", "qop"))
        return fields["response"] == hashed(f"{who}:{middle}:{what}")

    def log_message(self, *_what: object) -> None:
        """Say nothing: the tests look at what the camera was asked."""


@contextmanager
def picture_camera(login: str = "", mood: str = "well") -> Iterator[PictureCamera]:
    """Run a camera in a thread."""
    with PictureCamera() as camera:
        camera.login, camera.mood = login, mood
        thread = threading.Thread(target=camera.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield camera
        finally:
            camera.ended.set()
            camera.shutdown()
            thread.join()
