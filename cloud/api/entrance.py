"""The door while the service is still starting: health is answered, all else is told to come again."""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from cloud.api.health import health_of
from cloud.api.problems import Refusal, problem_response

RETRY_AFTER_S: Final = 5
HEALTH: Final = {"/healthz": HTTPStatus.OK, "/readyz": HTTPStatus.SERVICE_UNAVAILABLE}


class Entrance:
    """ASGI middleware; once the service has its parts it does nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        service: FastAPI | None = scope.get("app")
        if scope["type"] != "http" or service is None or hasattr(service.state, "services"):
            await self._app(scope, receive, send)
            return
        status = HEALTH.get(scope["path"])
        if status is not None:
            health = health_of(service.state.vitals)
            await JSONResponse(health.model_dump(mode="json"), status)(scope, receive, send)
            return
        detail = "The service is starting: it waits for its databases, or reads them. /readyz says what is missing."
        zh = "服务正在启动：正在等待或读取数据库。/readyz 会说明缺少什么。"
        refusal = Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "starting", detail, {"Retry-After": str(RETRY_AFTER_S)}, zh=zh
        )
        await problem_response(Headers(scope=scope), refusal)(scope, receive, send)
