"""The OpenAPI document, from which the dashboard's types are generated."""

from typing import Any, Final

from fastapi import FastAPI

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


def api_document(app: FastAPI) -> dict[str, Any]:
    """Return the document, with the models that travel outside plain answers (HousePatch, Problem) and examples."""
    document = app.openapi()
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
