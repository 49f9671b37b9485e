"""Answers from messages: links that carry their own proof, so no sign-in is needed where a phone rings at night.

A GET only asks "do you mean it?": messengers fetch links to show a preview of them, and a preview must not answer.
"""

from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response

from cloud.alerts.delivery.links import Link
from cloud.alerts.delivery.phrases import PHRASES
from cloud.api.answer_page import answered, asking, void
from cloud.api.caller import anybody
from cloud.api.language import language_of
from cloud.api.pictures import JPEG
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.store.alerts import Transition
from cloud.store.named import Named
from cloud.store.sent import Sent

router = APIRouter(prefix="/answers", tags=["notifications"], dependencies=[Depends(anybody)])

TokenPath = Annotated[str, Path(min_length=1, max_length=200)]
PRIVATE = "private, max-age=3600"


@router.get("/{token}/picture", response_class=Response, responses=JPEG)
def picture_of_message(token: TokenPath, services: WithServices) -> Response:
    """Return the picture of a message, for the hours that its link holds and its receiver belongs to the farm."""
    found = services.notifications.read(token)
    shown = found[1].content.picture if found is not None and found[0].deed == "picture" else None
    if found is None or shown is None or not services.notifications.may_answer(found[1]):
        raise not_found("no_such_picture", "There is no such picture any more.")
    jpeg = services.media.read(Named(PurePath(shown)))
    if jpeg is None:
        raise not_found("no_such_picture", "There is no such picture any more.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": PRIVATE})


@router.get("/{token}", response_class=HTMLResponse)
def ask_before_answer(token: TokenPath, request: Request, services: WithServices) -> HTMLResponse:
    """Show what would be done, with a button that does it; nothing is done yet."""
    language = language_of(request.headers)
    found = _answerable(services, token)
    if found is None:
        if _wants_page(request):
            return HTMLResponse(void(language), HTTPStatus.GONE)
        raise _link_void()
    link, message = found
    return HTMLResponse(asking(link.deed, message.content.words[language].subject, language))


@router.post("/{token}", response_class=Response)
async def answer(token: TokenPath, request: Request, services: WithServices) -> Response:
    """Acknowledge or put off the alerts of a message; the same again changes nothing."""
    language = language_of(request.headers)

    def take() -> tuple[tuple[Link, Sent] | None, list[Transition]]:
        found = _answerable(services, token)
        return found, services.notifications.answer(*found) if found is not None else []

    found, happened = await run_in_threadpool(take)
    if found is None:
        if _wants_page(request):
            return HTMLResponse(void(language), HTTPStatus.GONE)
        raise _link_void()
    services.engine.tell(happened)
    link, message = found
    if _wants_page(request):
        return HTMLResponse(answered(link.deed, message.content.page, language))
    phrases = PHRASES[language]
    return JSONResponse({"done": phrases.acknowledged if link.deed == "acknowledge" else phrases.snoozed})


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _link_void() -> Refusal:
    return not_found("link_void", "This link is over, or you may no longer answer for this farm.")


def _answerable(services: Services, token: str) -> tuple[Link, Sent] | None:
    found = services.notifications.read(token)
    if found is None or found[0].deed == "picture" or not services.notifications.may_answer(found[1]):
        return None
    return found
