"""Refusals: every error leaves as ``application/problem+json`` (RFC 9457) with a stable ``code``.

The codes: ``not_signed_in``, ``wrong_password``, ``too_many_attempts``, ``foreign_origin``, ``too_large``,
``bad_request``, ``birds_out_of_range``, ``not_yet_taken``, ``which_device``, ``no_such_house``, ``no_such_device``,
``no_such_camera``, ``no_such_finding``, ``no_such_series``, ``no_such_picture``, ``not_found``,
``method_not_allowed``, ``store_unavailable``, ``internal``, and those of ``cloud.errors.Declined``, which name what a
person wrote down and is not taken (``cloud.book``, ``cloud.flock.plausible``).
"""

import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from cloud.api.models import Problem
from cloud.errors import Collides, Declined, Implausible, Outdated, StoreUnavailable, Unheard

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 10

DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "A refusal",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What the OpenAPI document says about every route."""


DECLINED: Final[dict[type[Declined], HTTPStatus]] = {
    Implausible: HTTPStatus.UNPROCESSABLE_ENTITY,
    Collides: HTTPStatus.CONFLICT,
    Outdated: HTTPStatus.PRECONDITION_FAILED,
    Unheard: HTTPStatus.NOT_FOUND,
}


class Refusal(Exception):
    """A request is refused; becomes a Problem.

    Attributes:
        status: HTTP status.
        code: stable word that the dashboard translates.
        detail: a sentence for people.
        headers: extra headers of the answer.
    """

    def __init__(self, status: HTTPStatus, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        super().__init__(detail)


def not_found(code: str, detail: str) -> Refusal:
    """Say that there is no such thing."""
    return Refusal(HTTPStatus.NOT_FOUND, code, detail)


def problem_response(
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    facts: dict[str, str | float] | None = None,
) -> Response:
    """Write a Problem as it goes over the wire."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, facts=facts or {})
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a Problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Declined, _declined)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return problem_response(error.status, error.code, error.detail, error.headers)


def _declined(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Declined):
        raise error
    return problem_response(DECLINED[type(error)], error.code, str(error), facts=error.facts)


def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", f"{field}: {first['msg']}".lstrip(": "))


def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: "not_found", 405: "method_not_allowed"}
    headers = dict(error.headers) if error.headers else None
    return problem_response(error.status_code, codes.get(error.status_code, "bad_request"), error.detail, headers)


def _unavailable(_request: Request, error: Exception) -> Response:
    log.error("a request could not be served: %s", error)
    detail = "The service can't reach its store at the moment; try again in a minute. Its log says why."
    return problem_response(503, "store_unavailable", detail, {"Retry-After": str(RETRY_AFTER_S)})


def _unexpected(_request: Request, _error: Exception) -> Response:
    return problem_response(500, "internal", "The service made a mistake; its log says more.")
