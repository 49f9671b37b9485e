"""The OpenAPI document, from which the dashboard's types are generated."""

from typing import Any

from fastapi import FastAPI

from cloud.api.examples import EXAMPLES
from cloud.api.models import HousePatch, Problem

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
    return document
