"""The contract as documents other languages can read: JSON Schema and AsyncAPI, derived from the classes."""

from typing import Any

from pydantic.json_schema import models_json_schema

from contract.messages import Message
from contract.quantities import QUANTITIES, Quantity
from contract.topics import LEAVES, ROOT, VERSION, Leaf

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema document with a definition for each message on the wire."""
    _, document = models_json_schema(
        [(leaf.message, "serialization") for leaf in LEAVES.values()],
        title="Henwise contract",
        description=f"Messages on {ROOT}/{VERSION}/<farm>/<house>/<device>/<leaf>",
    )
    document["$defs"]["Readings"]["properties"]["values"] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {row.key: _value_schema(row) for row in QUANTITIES.values()},
    }
    return {"$schema": SCHEMA_DIALECT, **document}


def _value_schema(row: Quantity) -> dict[str, Any]:
    unit = f" in {row.unit}" if row.unit else ""
    return {"type": "number", "minimum": row.low, "maximum": row.high, "description": f"{row.en}{unit} ({row.zh})"}


def asyncapi(schema_file: str, version: str) -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the MQTT side.

    Args:
        schema_file: address of the JSON Schema document, relative to this one.
        version: version of Henwise, for the document's head.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Henwise edge to cloud",
            "version": version,
            "description": "Events are kept by the edge until a Committed message names their seq.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "channels": {leaf.name: _channel(leaf) for leaf in LEAVES.values()},
        "operations": {f"{leaf.sender}Sends{leaf.message.__name__}": _operation(leaf) for leaf in LEAVES.values()},
        "components": {
            "messages": {leaf.message.__name__: _message(leaf.message, schema_file) for leaf in LEAVES.values()}
        },
    }


def _channel(leaf: Leaf) -> dict[str, Any]:
    name = leaf.message.__name__
    return {
        "address": f"{ROOT}/{VERSION}/{{farm}}/{{house}}/{{device}}/{leaf.name}",
        "parameters": {part: {"description": f"slug of the {part}"} for part in ("farm", "house", "device")},
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _operation(leaf: Leaf) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{leaf.name}"},
        "summary": f"The {leaf.sender} sends {leaf.message.__name__}",
        "bindings": {"mqtt": {"qos": leaf.qos, "retain": leaf.retained}},
    }


def _message(kind: type[Message], schema_file: str) -> dict[str, Any]:
    return {
        "name": kind.__name__,
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": f"{schema_file}#/$defs/{kind.__name__}"},
    }
