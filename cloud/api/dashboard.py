"""The pages: the built dashboard, or a clear word when it was not built."""

import re
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cloud.api.caller import COOKIE, resolve
from cloud.api.services import Services
from cloud.errors import StoreUnavailable
from cloud.glance import newest_pictures, picture_url
from cloud.narrowed import Width
from cloud.rights import Right
from cloud.store import houses

IMMUTABLE = "public, max-age=31536000, immutable"
HASHED_FOLDER = "assets/"
HOUSE_PAGE = re.compile(r"houses/([a-z0-9-]+)/([a-z0-9-]+)/?")
"""As the dashboard's own router reads it (state/route.svelte.ts)."""
FIRST_PAGE = "."
PICTURE_WIDTH: Final = Width.GLANCE.value

NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Henwise</title></head><body>
<h1>The dashboard is not built</h1>
<p>The service runs, but there are no pages in <code>cloud/dashboard/dist</code>. Build them with
<code>npm ci &amp;&amp; npm run build</code> in <code>cloud/dashboard</code>, then start the service again.</p>
<p lang="zh">服务正在运行，但页面尚未构建。请在 <code>cloud/dashboard</code> 中运行
<code>npm ci &amp;&amp; npm run build</code>，然后重启服务。</p>
</body></html>
"""


def built_dashboard() -> Path:
    """Return where the built pages are shipped."""
    return Path(str(files("cloud"))) / "dashboard" / "dist"


class Dashboard(StaticFiles):
    """Serves the built files; any other path is a page of the dashboard, which finds its own way."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._index = folder / "index.html"

    async def check_config(self) -> None:
        """Leave the missing folder to ``get_response``, which says what to do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, the dashboard's page, or the word that it is not built."""
        if path == "api" or path.startswith("api/"):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        if not self._index.is_file():
            return HTMLResponse(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            response = await self._compressed(path, scope) or await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND or path.startswith(HASHED_FOLDER):
                raise
            response = FileResponse(self._index)
            asked = await _asked_first(Request(scope), path)
            if asked:
                response.headers["Link"] = ", ".join(asked)
        response.headers["Cache-Control"] = IMMUTABLE if path.startswith(HASHED_FOLDER) else "no-cache"
        return response

    async def _compressed(self, path: str, scope: Scope) -> Response | None:
        """Return a file as the build has compressed it with Brotli, None where there is none or it is not wanted."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if not path.startswith(HASHED_FOLDER) or "br" not in map(str.strip, accepted.split(",")):
            return None
        try:
            response = await super().get_response(path + ".br", scope)
        except HTTPException:
            return None
        response.headers["Content-Encoding"] = "br"
        response.headers["Vary"] = "Accept-Encoding"
        return response


async def _asked_first(request: Request, path: str) -> list[str]:
    """Return links to what the page at a path asks first: it is fetched beside the page's own files, not after them.

    Nothing when nobody is signed in: a refusal would lie ready for whoever signs in next.
    """
    services = getattr(request.app.state, "services", None)
    if COOKIE not in request.cookies or not isinstance(services, Services):
        return []
    try:
        return await run_in_threadpool(_links, services, request, path)
    except StoreUnavailable:  # the page itself needs no store
        return []


def _links(services: Services, request: Request, path: str) -> list[str]:
    caller = resolve(services, request)
    if caller is None:
        return []
    house = HOUSE_PAGE.fullmatch(path)
    opened = [(house[1], house[2])] if house and caller.may(Right.READ, house[1]) else []
    if path == FIRST_PAGE:  # with a single house, that house's page opens
        rows = houses.named(services.records, caller.farms(Right.READ))
        opened = [(row.farm, row.house) for row in rows] if len(rows) == 1 else []
    asked = [f"/api/v1/houses/{farm}/{name}" for farm, name in opened]
    others = [] if path.startswith("houses/") else ["/api/v1/overview"]  # a house's page asks for all of them later
    links = [_question(address) for address in ("/api/v1/session", *others, *asked)]
    for farm, name in opened:
        shown = newest_pictures(services.records, farm, name)[:1]
        links += [_picture(picture_url(facts.key)) for facts in shown]
    return links


def _question(address: str) -> str:
    return f'<{address}>; rel="preload"; as="fetch"; crossorigin="anonymous"'


def _picture(address: str) -> str:
    """Name the page's largest picture as the page asks for it (cards/PictureCard.svelte)."""
    return f'<{address}?width={PICTURE_WIDTH}>; rel="preload"; as="image"; fetchpriority="high"'
