"""The OpenAPI document: what programs of others are written by, and what the dashboard's types are generated from."""

import json
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from cloud.api.caller import anybody
from cloud.api.examples import EXAMPLES
from cloud.api.models import HousePatch, Problem
from cloud.api.paging import written

CURSOR: Final = written((1_795_348_800_000, "a-0123456789abcdef0123"))
LINK: Final = {
    "description": "rel=next: the address of the next page, as long as there is one (RFC 8288)",
    "schema": {"type": "string"},
    "example": f'</api/v1/houses/hillside/house-2/alerts?limit=50&cursor={CURSOR}>; rel="next"',
}
REF = "#/components/schemas/{model}"
ABOUT: Final = """What Henwise's own pages ask, for programs of yours.

- **Who asks.** `Authorization: Bearer SECRET` with a token that an owner made (`henwise-cloud user token`, or POST \
below); it may do what it was made for, on the farms it was made for. Browsers have a cookie instead, and only the \
service's own pages may write with it.
- **What is not there** and what you may not see answer alike: 404.
- **Refusals** are `application/problem+json` (RFC 9457) with a `code` that stays, and words in the language of \
`Accept-Language` (`en`, `zh`).
- **Times** are UTC, as `2026-11-29T08:00:00Z`; quantities carry their unit in their name.
- **Long lists** come in pages: `limit`, and `Link: <...>; rel="next"` for as long as there is more.
- **Ask again cheaply**: every JSON answer has an `ETag`; with `If-None-Match` what has not changed is a 304. \
Thresholds and flocks are written with `If-Match`.
- **Send again safely** when an answer was lost: entries of the daily log, flocks and their events carry an id of \
yours; PUT and DELETE, acknowledgements, verdicts, counts and weighings by hand, and commands that still wait change \
nothing when they come again with the same content. Any other POST, for a token or an invitation, say, makes another \
one.
- **Series** choose between what was measured and its means by themselves, and say which (`resolution`).
- **Live**: `/houses/{farm}/{house}/live` is a stream of server-sent events that goes on after `Last-Event-ID`.
"""
router = APIRouter(dependencies=[Depends(anybody)])


def api_document(app: FastAPI) -> dict[str, Any]:
    """Return the document, with the models that travel outside plain answers (HousePatch, Problem) and examples."""
    document = app.openapi()
    document["info"]["description"] = ABOUT
    schemas = document["components"]["schemas"]
    for model in (HousePatch, Problem):
        schema = model.model_json_schema(mode="serialization", ref_template=REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]
    for operations in document["paths"].values():
        _tell_of_pages(operations.get("get", {}))
    return document


def _tell_of_pages(operation: dict[str, Any]) -> None:
    """Document the Link of an answer that may have a next page."""
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "cursor":
            parameter["example"] = CURSOR
            operation["responses"]["200"]["headers"] = {"Link": LINK}


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Return this document, for whoever writes a program; it names no farm."""
    state = request.app.state
    if not hasattr(state, "document"):  # made once: it takes a while
        state.document = json.dumps(api_document(request.app), ensure_ascii=False).encode()
    return Response(state.document, media_type="application/json")
