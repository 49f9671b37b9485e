"""Who calls, and whether they may: every route declares it, or the service does not start.

A route under a farm declares ``Depends(may(Right.READ))``; it reads ``{farm}`` from the path. A farm on which the
caller has no right at all answers exactly as one that does not exist (404); a farm of theirs on which they lack this
right answers 403. A route under an organisation declares ``Depends(within(Right.PEOPLE))`` in the same way. Any other
declares ``Depends(the_caller)`` and shows only what is the caller's own, or
``Depends(anybody)``.

Those that ask no store are coroutines: FastAPI would send a plain function to a thread and back, which costs more than
it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import Depends, Path, Request

from cloud.api.paths import FarmPath, no_such_farm, no_such_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.rights import Grants, Right
from cloud.store import memberships, sessions, tokens
from cloud.store.audit import Actor
from cloud.store.people import NAME_MAX_CHARACTERS

COOKIE: Final = "henwise_session"
PERSON: Final = "henwise-person"
"""The header in which a page names (percent-encoded) whose it is. Two pages of a browser share one cookie: after
somebody else signed in on the other, what this one still sends, such as a log entry that waited, is not theirs."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with what they are granted at this moment.

    Attributes:
        name: as it stands beside what they do.
        user_id: the person; None: a machine with a token.
        grants: what they may do where.
        address: where they call from.
        token_id: the machine's token; None: a person.
    """

    name: str
    user_id: int | None
    grants: Grants
    address: str = ""
    token_id: int | None = None

    @property
    def key(self) -> str:
        """Return who they are and nobody else is: tokens of two organisations may have one name."""
        return f"token {self.token_id}" if self.user_id is None else f"user {self.user_id}"

    def may(self, right: Right, farm: str) -> bool:
        """Say whether they have a right on a farm."""
        return right in self.grants.on(farm)

    def farms(self, right: Right) -> frozenset[str]:
        """Return the farms on which they have a right."""
        return frozenset(farm for farm, rights in self.grants.farms.items() if right in rights)

    def acting(self) -> Actor:
        """Return them as the audit log names them, now."""
        return Actor(self.name, int(datetime.now(UTC).timestamp() * 1000), self.address)


def resolve(services: Services, request: Request) -> Caller | None:
    """Return who sends a request, None when nobody is signed in, or not whom a page means; blocking.

    A token counts before a cookie.
    """
    now, records, address = datetime.now(UTC), services.records, address_of(request)
    secret = _token_of(request)
    if secret is not None:
        found = tokens.bearer(records, secret, now)
        if found is None:
            return None
        token_id, name, grants = found
        return Caller(f"{name} (token)"[:NAME_MAX_CHARACTERS], None, grants, address, token_id)
    token = request.cookies.get(COOKIE)
    lifetime = timedelta(days=services.config.http.session_days)
    person = sessions.person(records, token, now, lifetime) if token else None
    meant = request.headers.get(PERSON)
    if person is not None and meant is not None and unquote(meant) != person.name:
        return None
    return Caller(person.name, person.id, memberships.grants_of(records, person.id), address) if person else None


def _token_of(request: Request) -> str | None:
    """Return the token that a machine sends, None for a browser: another scheme is its proxy's, not ours."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Return where a request comes from; a trusted proxy says it in X-Forwarded-For."""
    return request.client.host if request.client else "unknown"


def the_caller(request: Request, services: WithServices) -> Caller:
    """Return who calls.

    Raises:
        Refusal: nobody is signed in, or the token a machine sends is none (401).
    """
    caller = resolve(services, request)
    if caller is None:
        raise _stranger() if _token_of(request) is None else _void_token()
    return caller


def _stranger() -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, "not_signed_in", "Sign in first.", {"WWW-Authenticate": "Bearer"})


def _void_token() -> Refusal:
    """Say so to a machine, which can't sign in; RFC 6750, 3.1 has the header."""
    detail = "No token here is this one: it was revoked, is over, or was cut short. Ask an owner to make a new one."
    zh = "没有这个令牌：可能已撤销、已过期或没有复制完整。请场主新建一个令牌。"
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Refusal(HTTPStatus.UNAUTHORIZED, "token_void", detail, challenge, zh=zh)


WithCaller = Annotated[Caller, Depends(the_caller)]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is signed in: what a machine with a token can't be asked or do."""

    id: int
    caller: Caller


async def the_person(caller: WithCaller) -> Person:
    """Return the person who calls.

    Raises:
        Refusal: nobody is signed in (401), or a machine calls (403).
    """
    if caller.user_id is None:
        detail, zh = "This is for people, not for tokens.", "此操作只能由人员登录后进行，令牌不能做。"
        raise Refusal(HTTPStatus.FORBIDDEN, "not_allowed", detail, zh=zh)
    return Person(caller.user_id, caller)


WithPerson = Annotated[Person, Depends(the_person)]


async def anybody() -> None:
    """Declare that a route needs no sign-in."""


@dataclass(frozen=True, slots=True)
class May:
    """A dependency: the caller has ``right`` on the ``{farm}`` of the path."""

    right: Right

    async def __call__(self, request: Request, caller: WithCaller, farm: FarmPath) -> Caller:
        """Return the caller.

        Raises:
            Refusal: there is no such farm for them (404), or they lack the right (403).
        """
        if not caller.grants.on(farm):
            house = request.path_params.get("house")
            raise no_such_house(farm, house) if house else no_such_farm(farm)
        if not caller.may(self.right, farm):
            raise not_allowed(self.right)
        return caller


def may(right: Right) -> May:
    """Return the dependency of a route that needs a right on the farm of its path."""
    return May(right)


OrganisationPath = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Within:
    """A dependency: the caller has ``right`` on all of the ``{organisation}`` of the path."""

    right: Right

    async def __call__(self, caller: WithCaller, organisation: OrganisationPath) -> Caller:
        """Return the caller.

        Raises:
            Refusal: there is no such organisation for them (404), or they lack the right (403).
        """
        rights = caller.grants.within(organisation)
        if not rights:
            detail, zh = f"There is no organisation {organisation}.", f"没有组织 {organisation}。"
            raise not_found("no_such_organisation", detail, zh=zh)
        if self.right not in rights:
            raise not_allowed(self.right)
        return caller


def within(right: Right) -> Within:
    """Return the dependency of a route that needs a right on the organisation of its path."""
    return Within(right)


def not_allowed(right: Right) -> Refusal:
    """Say that the caller lacks a right."""
    detail = f"You may not do this here; ask an owner for a role with the right {right.value!r}."
    zh = f"您在这里没有“{right.value}”权限，请联系场主。"
    return Refusal(HTTPStatus.FORBIDDEN, "not_allowed", detail, zh=zh)


@dataclass(frozen=True, slots=True)
class Still:
    """A dependency of streams: returns a question, blocking: is the caller still there, and may they still?"""

    right: Right

    async def __call__(self, request: Request, services: WithServices, farm: FarmPath) -> Callable[[], bool]:
        """Return the question."""

        def still() -> bool:
            caller = resolve(services, request)
            return caller is not None and caller.may(self.right, farm)

        return still
