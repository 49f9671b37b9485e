"""Around every request: security headers, no foreign page may act for the user, no endless bodies."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud.api.problems import Refusal, problem_response

BODY_MAX_BYTES = 64 * 1024
PHOTO_MAX_BYTES = 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}


class Guard:
    """ASGI middleware.

    Args:
        app: what it guards.
        https: the farm's phones come by https only.
        allowed_origins: other sites whose pages may send requests; they carry tokens, never this site's cookie.
    """

    def __init__(self, app: ASGIApp, *, https: bool, allowed_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._allowed_origins = frozenset(allowed_origins)
        self._headers = HEADERS | (HSTS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        invited = headers.get("origin") in self._allowed_origins and "cookie" not in headers
        # A token in a header never travels by itself, as a cookie does: no foreign page can make a browser send it.
        keyed = headers.get("authorization", "").lower().startswith("bearer ")
        if scope["method"] not in SAFE_METHODS and is_foreign(headers) and not (invited or keyed):
            detail = "This request comes from another site."
            refusal = Refusal(HTTPStatus.FORBIDDEN, "foreign_origin", detail)
            await problem_response(headers, refusal)(scope, receive, send_guarded)
        elif _announces_too_much(headers):
            detail = f"A request's body may have {_most_bytes(headers)} bytes and must say how many it has."
            zh = f"请求内容最多 {_most_bytes(headers)} 字节，并须写明长度。"
            refusal = Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail, zh=zh)
            await problem_response(headers, refusal)(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)


def is_foreign(headers: Headers) -> bool:
    """Say whether a browser sent this for another site than the one addressed; programs send neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _announces_too_much(headers: Headers) -> bool:
    # The server holds a body to the length it announces; one in pieces announces none.
    if "transfer-encoding" in headers:
        return True
    length = headers.get("content-length", "0")
    return not length.isdecimal() or int(length) > _most_bytes(headers)


def _most_bytes(headers: Headers) -> int:
    return PHOTO_MAX_BYTES if headers.get("content-type") == "image/jpeg" else BODY_MAX_BYTES
