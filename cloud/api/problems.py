"""Refusals: every error leaves as ``application/problem+json`` (RFC 9457) in the language the request asks for.

``code`` is stable; ``problem_words`` lists the codes.
"""

import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from cloud.api.language import Language, language_of
from cloud.api.models import Problem
from cloud.api.problem_words import INVALID_ZH, INVALID_ZH_ELSE, title
from cloud.errors import CannotPrint, Collides, Declined, Implausible, Outdated, StoreUnavailable, Unfit, Unheard

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
    CannotPrint: HTTPStatus.NOT_IMPLEMENTED,
    Implausible: HTTPStatus.UNPROCESSABLE_ENTITY,
    Collides: HTTPStatus.CONFLICT,
    Outdated: HTTPStatus.PRECONDITION_FAILED,
    Unheard: HTTPStatus.NOT_FOUND,
}


class Refusal(Exception):
    """A request is refused; becomes a Problem.

    Attributes:
        status: HTTP status.
        code: one of ``problem_words.TITLES``.
        detail: what is special about this refusal, a sentence in English.
        headers: extra headers of the answer.
        zh: the detail in Chinese; the code's own sentence unless given.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        headers: dict[str, str] | None = None,
        *,
        zh: str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.zh = zh
        super().__init__(detail)


def not_found(code: str, detail: str, *, zh: str | None = None) -> Refusal:
    """Say that there is no such thing."""
    return Refusal(HTTPStatus.NOT_FOUND, code, detail, zh=zh)


def problem_response(request_headers: Headers, refusal: Refusal) -> Response:
    """Write a refusal as it goes over the wire, in the language of the request."""
    language = language_of(request_headers)
    headers = refusal.headers | {"Content-Language": language, "Vary": "Accept-Language"}
    problem = Problem(
        title=title(refusal.code, language),
        status=refusal.status,
        detail=_detail(refusal, language),
        code=refusal.code,
    )
    return Response(problem.model_dump_json(), refusal.status, headers, MEDIA_TYPE)


def _detail(refusal: Refusal, language: Language) -> str:
    if language == "en":
        return refusal.detail
    return refusal.zh or title(refusal.code, language)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a Problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Declined, _declined)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return problem_response(request.headers, error)


def _declined(request: Request, error: Exception) -> Response:
    if not isinstance(error, Declined):
        raise error
    return problem_response(request.headers, Refusal(DECLINED[type(error)], error.code, str(error), zh=error.zh))


def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    message = first["msg"].removeprefix("Value error, ")
    detail = f"{field}: {message}".lstrip(": ")
    zh = f"{field}：{_invalid_zh(first, message)}".lstrip("：")
    return problem_response(request.headers, Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh=zh))


def _invalid_zh(error: dict[str, Any], message: str) -> str:
    """Return what is wrong with a field in Chinese; what pydantic alone has words for stands in brackets."""
    own = error.get("ctx", {}).get("error")
    if isinstance(own, Unfit):
        return own.zh
    return INVALID_ZH.get(error["type"]) or f"{INVALID_ZH_ELSE}（{message}）"


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: "not_found", 405: "method_not_allowed"}
    headers = dict(error.headers) if error.headers else None
    code = codes.get(error.status_code, "bad_request")
    return problem_response(request.headers, Refusal(HTTPStatus(error.status_code), code, error.detail, headers))


def _unavailable(request: Request, error: Exception) -> Response:
    log.error("a request could not be served: %s", error)
    detail = "The service can't reach its store at the moment; try again in a minute. Its log says why."
    retry = {"Retry-After": str(RETRY_AFTER_S)}
    return problem_response(
        request.headers, Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable", detail, retry)
    )


def _unexpected(request: Request, _error: Exception) -> Response:
    detail = "The service made a mistake; its log says more."
    return problem_response(request.headers, Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail))
