"""Signing in through an OpenID provider: there, and back again.

Whoever comes back is a browser on its way, not a program: a refusal leads to the sign-in page, which says why.
"""

import base64
import json
import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from cloud.api.caller import address_of, anybody
from cloud.api.models import Departure, Leaving
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.api.session import let_in
from cloud.errors import ProviderFailed
from cloud.oidc import Pending, Provider
from cloud.store import identities

log = logging.getLogger(__name__)

COOKIE: Final = "henwise_oidc"
PATH: Final = "/api/v1/session/oidc"
CALLBACK: Final = f"{PATH}/callback"
PENDING_S: Final = 600
ARRIVED: Final = "/?signed-in"
"""Where somebody lands who is in: the page asks anew who that is."""

Text = Annotated[str | None, Query(max_length=4_096)]

router = APIRouter(prefix="/session/oidc", tags=["session"], dependencies=[Depends(anybody)])


@router.post("")
def leave(asked: Leaving, response: Response, services: WithServices) -> Departure:
    """Say where at the provider one signs in; an invitation that is given is accepted on the way back."""
    try:
        address, pending = _provider(services).begin()
    except ProviderFailed as error:
        log.warning("nobody can sign in through the OpenID provider: %s", error)
        detail, zh = "The sign-in provider does not answer; try again.", "登录服务商没有响应，请重试。"
        raise Refusal(HTTPStatus.BAD_GATEWAY, "provider_failed", detail, zh=zh) from error
    response.set_cookie(
        COOKIE, _packed(pending, asked.invitation), max_age=PENDING_S, path=PATH,
        secure=services.config.http.secure_cookies, httponly=True, samesite="lax",
    )  # fmt: skip
    return Departure(address=address)


@router.get("/callback", status_code=HTTPStatus.SEE_OTHER, response_class=RedirectResponse)
def come_back(
    request: Request,
    services: WithServices,
    code: Text = None,
    state: Text = None,
    iss: Text = None,
    error: Text = None,
) -> Response:
    """Let somebody in whom the provider vouches for and whom somebody here let in before."""
    _provider(services)
    user_id, refusal = None, "provider_failed"
    if error is None and code and state:
        user_id, refusal = _recognised(services, request, (state, code, iss))
    response = RedirectResponse(ARRIVED if user_id else f"/?refused={refusal}", HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, path=PATH)
    if user_id is not None:
        let_in(services, request, response, user_id)
    return response


def _recognised(services: Services, request: Request, answer: tuple[str, str, str | None]) -> tuple[int | None, str]:
    """Return the user, or nobody and the code of the refusal."""
    unpacked = _unpacked(request.cookies.get(COOKIE, ""))
    if unpacked is None:
        return None, "provider_failed"
    pending, invitation = unpacked
    state, code, issuer = answer
    try:
        vouched = _provider(services).finish(pending, state, code, issuer)
    except ProviderFailed as error:
        log.warning("a sign-in through the OpenID provider failed: %s", error)
        return None, "provider_failed"
    user_id = identities.recognise(services.records, vouched, invitation, address_of(request), datetime.now(UTC))
    return user_id, "not_invited"


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise not_found("no_provider", "No OpenID provider is set up here.", zh="此服务未配置 OpenID 登录。")
    return services.provider


def _packed(pending: Pending, invitation: str | None) -> str:
    text = json.dumps([pending.state, pending.nonce, pending.verifier, invitation or ""])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unpacked(cookie: str) -> tuple[Pending, str | None] | None:
    try:
        state, nonce, verifier, invitation = json.loads(base64.urlsafe_b64decode(cookie.encode()))
    except (ValueError, TypeError):
        return None
    if not all(isinstance(part, str) for part in (state, nonce, verifier, invitation)):
        return None
    return Pending(state, nonce, verifier), invitation or None
