"""Signing in and out: a random cookie whose hash is kept, Argon2 passwords, limits on wrong attempts."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from cloud.api.models import Credentials, User
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.store import people

COOKIE = "henwise_session"
COOKIE_MAX_AGE_S = 400 * 86_400
"""As long as browsers allow; when a session is over is the service's business."""

router = APIRouter(prefix="/session", tags=["session"])


def signed_in(request: Request, services: WithServices) -> User:
    """Return who is signed in; the dependency of every router but this one and health.

    Raises:
        Refusal: nobody is (401).
    """
    token = request.cookies.get(COOKIE)
    lifetime = timedelta(days=services.config.http.session_days)
    name = people.session_user(services.records, token, datetime.now(UTC), lifetime) if token else None
    if name is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "not_signed_in", "Sign in first.")
    return User(name=name)


SignedIn = Annotated[User, Depends(signed_in)]


@router.post("")
def sign_in(credentials: Credentials, request: Request, response: Response, services: WithServices) -> User:
    """Check name and password and hand out a cookie."""
    address = request.client.host if request.client else "unknown"
    wait_s = services.attempts.admit(credentials.name, address)
    if wait_s > 0:
        detail = f"Too many wrong attempts; try again in {wait_s} s."
        headers = {"Retry-After": str(wait_s)}
        zh = f"输错次数太多，请 {wait_s} 秒后再试。"
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_attempts", detail, headers, zh=zh)
    now = datetime.now(UTC)
    user_id = services.passwords.check(services.records, credentials.name, credentials.password.get_secret_value())
    if user_id is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "wrong_password", "Name or password is wrong.")
    services.attempts.succeeded(credentials.name, address)
    lifetime = timedelta(days=services.config.http.session_days)
    token = people.begin_session(services.records, user_id, now, lifetime)
    _set_cookie(response, services, token)
    return User(name=credentials.name)


@router.get("")
def who(user: SignedIn) -> User:
    """Say who is signed in."""
    return user


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
def sign_out(request: Request, response: Response, services: WithServices) -> None:
    """Forget the session, here and in the store; harmless when there is none."""
    token = request.cookies.get(COOKIE)
    if token:
        people.end_session(services.records, token)
    response.delete_cookie(COOKIE, path="/", secure=services.config.http.secure_cookies, httponly=True, samesite="lax")


def _set_cookie(response: Response, services: Services, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_MAX_AGE_S,
        path="/",
        secure=services.config.http.secure_cookies,
        httponly=True,
        samesite="lax",
    )
