"""Signing in and out: a random cookie whose hash is kept, Argon2 passwords, limits on wrong attempts."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from cloud.api.caller import COOKIE, WithCaller, anybody
from cloud.api.models import Credentials, User
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.store import sessions

COOKIE_MAX_AGE_S = 400 * 86_400
"""As long as browsers allow; when a session is over is the service's business."""

router = APIRouter(prefix="/session", tags=["session"])


@router.post("", dependencies=[Depends(anybody)])
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
    token = sessions.begin(services.records, user_id, now, lifetime)
    _set_cookie(response, services, token)
    return User(name=credentials.name)


@router.get("")
def who(caller: WithCaller) -> User:
    """Say who is signed in."""
    return User(name=caller.name)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, dependencies=[Depends(anybody)])
def sign_out(request: Request, response: Response, services: WithServices) -> None:
    """Forget the session, here and in the store; harmless when there is none."""
    token = request.cookies.get(COOKIE)
    if token:
        sessions.end(services.records, token)
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
