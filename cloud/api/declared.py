"""What each route declares about who may call it; a route that declares nothing keeps the service from starting."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from cloud.api.caller import May, Within, anybody, the_caller
from cloud.rights import Right

Whom = Literal["anybody", "signed in", "organisation", "farm"]


@dataclass(frozen=True, slots=True)
class Declared:
    """Who may call a route.

    Attributes:
        method: of HTTP.
        path: its address, with names in braces.
        whom: anybody, everyone signed in, or those with ``rights`` on the path's farm or organisation.
        rights: all of them are needed.
    """

    method: str
    path: str
    whom: Whom
    rights: frozenset[Right] = frozenset()


def declared(app: FastAPI) -> list[Declared]:
    """Return what every route of the API declares, sorted by path and method.

    Raises:
        TypeError: a route declares nothing, or too little for a path with a farm.
    """
    contexts = [context for context in iter_route_contexts(app.routes) if isinstance(context.original_route, APIRoute)]
    found = [one for context in contexts for one in _declared(context)]
    return sorted(found, key=lambda one: (one.path, one.method))


def _declared(context: RouteContext) -> Iterator[Declared]:
    calls = list(_calls(context.dependant)) if context.dependant else []
    path = context.path or ""
    farm = frozenset(call.right for call in calls if isinstance(call, May))
    organisation = frozenset(call.right for call in calls if isinstance(call, Within))
    whom: Whom
    if farm:
        whom = "farm"
    elif organisation:
        whom = "organisation"
    elif the_caller in calls:
        whom = "signed in"
    elif anybody in calls:
        whom = "anybody"
    else:
        raise TypeError(f"{path} declares nobody; give it Depends(may(...)), Depends(the_caller) or anybody")
    if ("{farm}" in path) != (whom == "farm") or ("{organisation}" in path) != (whom == "organisation"):
        raise TypeError(f"{path} declares {whom!r}; {{farm}} needs Depends(may(...)), {{organisation}} within(...)")
    for method in sorted(context.methods or ()):
        yield Declared(method, path, whom, farm | organisation)


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
