"""One's own account: password, signed-in browsers."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from cloud.api.caller import COOKIE, WithPerson
from cloud.api.models import PasswordChange, SessionNow
from cloud.api.paging import Paged, paging
from cloud.api.problems import not_found
from cloud.api.services import WithServices
from cloud.api.session import checked, forget_cookie
from cloud.api.times import perhaps
from cloud.store import people, sessions

SessionPath = Annotated[str, Path(pattern=f"^[0-9a-f]{{{sessions.ID_CHARACTERS}}}$")]

router = APIRouter(tags=["session"])


@router.put("/session/password", status_code=HTTPStatus.NO_CONTENT)
def change_password(change: PasswordChange, request: Request, person: WithPerson, services: WithServices) -> None:
    """Change one's password; every other browser is signed out."""
    checked(services, request, person.caller.name, change.old.get_secret_value())
    new = services.passwords.hash(change.new.get_secret_value())
    keep = request.cookies.get(COOKIE, "")
    people.change_password(services.records, person.id, new, keep, person.caller.acting())


@router.get("/sessions")
def list_sessions(
    request: Request, person: WithPerson, services: WithServices, page: Annotated[Paged, paging(200, 1_000, int, str)]
) -> list[SessionNow]:
    """List the browsers one is signed in with, the last used first."""
    open_ones = sessions.open_ones(services.records, person.id, datetime.now(UTC))
    own = sessions.id_of(sessions.hashed(request.cookies.get(COOKIE, "")))
    return [
        SessionNow(
            id=one.id, began_at=perhaps(one.began_ms), used_at=perhaps(one.used_ms), browser=one.browser,
            address=one.address, current=one.id == own,
        )
        for one in page.sliced(open_ones, lambda one: (-(one.used_ms or 0), one.id))
    ]  # fmt: skip


@router.delete("/sessions", status_code=HTTPStatus.NO_CONTENT)
def sign_out_everywhere(response: Response, person: WithPerson, services: WithServices) -> None:
    """End every session of one's own, this one too."""
    sessions.end_everywhere(services.records, person.id, person.caller.acting())
    forget_cookie(services, response)


@router.delete("/sessions/{session}", status_code=HTTPStatus.NO_CONTENT)
def end_session(session: SessionPath, person: WithPerson, services: WithServices) -> None:
    """Sign one browser out."""
    if not sessions.end_one(services.records, person.id, session, person.caller.acting()):
        raise not_found("no_such_session", "This browser is signed out already.", zh="该浏览器已退出登录。")
