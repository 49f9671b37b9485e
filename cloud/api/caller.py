"""Who calls, and whether they may: every route declares it, or the service does not start.

A route under a farm declares ``Depends(may(Right.READ))``; it reads ``{farm}`` from the path. A farm on which the
caller has no right at all answers exactly as one that does not exist (404); a farm of theirs on which they lack this
right answers 403. A route without a farm declares ``Depends(the_caller)`` and shows only what is the caller's own, or
``Depends(anybody)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Request

from cloud.api.paths import FarmPath, no_such_farm, no_such_house
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.rights import Grants, Right
from cloud.store import memberships, sessions

COOKIE: Final = "henwise_session"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with what they are granted at this moment.

    Attributes:
        name: as it stands beside what they do.
        user_id: the person.
        grants: what they may do where.
    """

    name: str
    user_id: int
    grants: Grants

    def may(self, right: Right, farm: str) -> bool:
        """Say whether they have a right on a farm."""
        return right in self.grants.on(farm)

    def farms(self, right: Right) -> frozenset[str]:
        """Return the farms on which they have a right."""
        return frozenset(farm for farm, rights in self.grants.farms.items() if right in rights)


def resolve(services: Services, request: Request) -> Caller | None:
    """Return who sends a request, None when nobody is signed in; blocking."""
    token = request.cookies.get(COOKIE)
    lifetime = timedelta(days=services.config.http.session_days)
    person = sessions.person(services.records, token, datetime.now(UTC), lifetime) if token else None
    return Caller(person.name, person.id, memberships.grants_of(services.records, person.id)) if person else None


def the_caller(request: Request, services: WithServices) -> Caller:
    """Return who calls.

    Raises:
        Refusal: nobody is signed in (401).
    """
    caller = resolve(services, request)
    if caller is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "not_signed_in", "Sign in first.")
    return caller


WithCaller = Annotated[Caller, Depends(the_caller)]


def anybody() -> None:
    """Declare that a route needs no sign-in."""


@dataclass(frozen=True, slots=True)
class May:
    """A dependency: the caller has ``right`` on the ``{farm}`` of the path."""

    right: Right

    def __call__(self, request: Request, caller: WithCaller, farm: FarmPath) -> Caller:
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


def not_allowed(right: Right) -> Refusal:
    """Say that the caller lacks a right."""
    detail = f"You may not do this here; ask an owner for a role with the right {right.value!r}."
    zh = f"您在这里没有“{right.value}”权限，请联系农场主。"
    return Refusal(HTTPStatus.FORBIDDEN, "not_allowed", detail, zh=zh)


@dataclass(frozen=True, slots=True)
class Still:
    """A dependency of streams: returns a question, blocking: is the caller still there, and may they still?"""

    right: Right

    def __call__(self, request: Request, services: WithServices, farm: FarmPath) -> Callable[[], bool]:
        """Return the question."""

        def still() -> bool:
            caller = resolve(services, request)
            return caller is not None and caller.may(self.right, farm)

        return still
