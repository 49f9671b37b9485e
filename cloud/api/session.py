"""Signing in and out: a random cookie whose hash is kept, Argon2 passwords, limits on wrong attempts."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from cloud.api.caller import COOKIE, WithPerson, address_of, anybody
from cloud.api.models import BelongsTo, Credentials, OwnWishes, User, WaysIn
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.store import invitations, memberships, people, sessions
from cloud.store.audit import Actor

COOKIE_MAX_AGE_S = 400 * 86_400
"""As long as browsers allow; when a session is over is the service's business."""

router = APIRouter(prefix="/session", tags=["session"])


@router.post("", dependencies=[Depends(anybody)])
def sign_in(credentials: Credentials, request: Request, response: Response, services: WithServices) -> User:
    """Check name (or e-mail address) and password and hand out a cookie."""
    user_id = checked(services, request, credentials.name, credentials.password.get_secret_value())
    let_in(services, request, response, user_id)
    return user_of(services, user_id)


@router.get("")
def who(person: WithPerson, services: WithServices) -> User:
    """Say who is signed in, and what they are where."""
    return user_of(services, person.id)


@router.patch("")
def wish(wishes: OwnWishes, person: WithPerson, services: WithServices) -> User:
    """Set one's own language."""
    people.set_language(services.records, person.id, wishes.language)
    return user_of(services, person.id)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, dependencies=[Depends(anybody)])
def sign_out(request: Request, response: Response, services: WithServices) -> None:
    """Forget the session, here and in the store; harmless when there is none."""
    token = request.cookies.get(COOKIE)
    if token:
        sessions.end(services.records, token)
    forget_cookie(services, response)


@router.get("/ways", dependencies=[Depends(anybody)])
def ways_in(services: WithServices) -> WaysIn:
    """Say how one may sign in here."""
    with services.records.reading() as connection:
        return WaysIn(
            set_up=invitations.has_users(connection), provider=services.provider.name if services.provider else None
        )


def checked(services: Services, request: Request, name: str, password: str) -> int:
    """Return whose name and password these are.

    Raises:
        Refusal: nobody's (401), or too many were tried (429).
    """
    address = address_of(request)
    wait_s = services.attempts.admit(name, address)
    if wait_s > 0:
        raise too_many(wait_s)
    user_id = services.passwords.check(services.records, name, password)
    if user_id is None:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        people.refused(services.records, name, Actor("", now_ms, address))
        raise Refusal(HTTPStatus.UNAUTHORIZED, "wrong_password", "Name or password is wrong.")
    services.attempts.succeeded(name, address)
    return user_id


def too_many(wait_s: int) -> Refusal:
    """Say that somebody has to wait after wrong attempts."""
    detail = f"Too many wrong attempts; try again in {wait_s} s."
    headers = {"Retry-After": str(wait_s)}
    zh = f"输错次数太多，请 {wait_s} 秒后再试。"
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_attempts", detail, headers, zh=zh)


def let_in(services: Services, request: Request, response: Response, user_id: int) -> None:
    """Begin a session and hand out its cookie; the one the browser had before ends."""
    http = services.config.http
    token = sessions.begin(
        services.records, user_id, datetime.now(UTC), timedelta(days=http.session_days),
        browser=request.headers.get("user-agent", ""), address=address_of(request),
        before=request.cookies.get(COOKIE, ""),
    )  # fmt: skip
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_MAX_AGE_S, path="/", secure=http.secure_cookies, httponly=True, samesite="lax"
    )


def forget_cookie(services: Services, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path="/", secure=services.config.http.secure_cookies, httponly=True, samesite="lax")


def user_of(services: Services, user_id: int) -> User:
    """Return a person as they see themselves."""
    row = people.profile(services.records, user_id)
    posts = [
        BelongsTo(
            organisation=one.organisation, organisation_name=one.organisation_name, role=one.post.role,
            farm=one.post.farm,
        )
        for one in memberships.belongings(services.records, user_id)
    ]  # fmt: skip
    return User(
        name=row.name, email=row.email, language=row.language, has_password=bool(row.password_hash), posts=posts
    )
