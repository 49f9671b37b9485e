"""Times every answer for the service's metrics."""

import time
from http import HTTPStatus

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud.api.services import Services

PAGES = "pages"
"""What the dashboard's files are counted under."""
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER = "other"
"""What methods that nobody knows are counted under: whoever can connect can think of names."""


class Timed:
    """ASGI middleware; notes method, route pattern, status and time to the first byte."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.monotonic()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note(scope, message["status"], time.monotonic() - began_s)
            await send(message)

        await self._app(scope, receive, send_timed)


def _note(scope: Scope, status: int, seconds: float) -> None:
    app: FastAPI = scope["app"]
    services = getattr(app.state, "services", None)
    if isinstance(services, Services):
        route = scope.get("route")
        pattern = getattr(route, "path", "") or PAGES
        known = pattern if status != HTTPStatus.NOT_FOUND or route is not None else PAGES
        method = scope["method"] if scope["method"] in METHODS else OTHER
        services.metrics.answered(method, known, status, seconds)
