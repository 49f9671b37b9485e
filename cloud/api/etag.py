"""Answers that have not changed are not sent again: entity tags for JSON (RFC 9110, 8.8.3 and 13.1.2)."""

import hashlib
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CACHE = "private, no-cache"
"""A browser may keep the answer but must ask whether it still holds."""


class EntityTags:
    """ASGI middleware: a JSON answer to a GET gets a weak tag of its bytes; one that is known is answered with 304.

    The answer is made all the same; what is saved is the farm's bad line. An answer with a tag of its own, and a
    stream, pass as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        await self._app(scope, receive, _Tagging(send, known))


class _Tagging:
    """Holds the beginning of an answer back until its body is there."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = known
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_tagged(message):
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            await self._send_tagged(self._start, message)
            self._start = None
        else:
            await self._send(message)

    async def _send_tagged(self, start: Message, body: Message) -> None:
        tag = f'W/"{hashlib.sha256(body["body"]).hexdigest()[:32]}"'
        headers = MutableHeaders(scope=start)
        headers["ETag"] = tag
        headers["Cache-Control"] = CACHE
        if tag in (candidate.strip() for candidate in self._known.split(",")):
            start["status"] = int(HTTPStatus.NOT_MODIFIED)
            for name in ("content-length", "content-type"):
                del headers[name]
            body = {"type": "http.response.body", "body": b""}
        await self._send(start)
        await self._send(body)


def _is_tagged(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    whole = "content-length" in headers  # a stream announces no length
    is_json = headers.get("content-type", "").startswith("application/json")
    return start["status"] == HTTPStatus.OK and is_json and whole and "etag" not in headers
