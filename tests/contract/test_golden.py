"""Golden payloads pin the wire: a change that breaks one of them is a new version of the contract."""

import json
from pathlib import Path

import jsonschema
import pytest

from contract.messages import encode
from contract.place import Place
from contract.schema import asyncapi, json_schema
from contract.topics import LEAVES, build, decode

PAYLOADS = Path(__file__).parents[1] / "fixtures" / "payloads"
PLACE = Place(farm="hillside", house="house-2", device="edge-1")


def test_each_leaf_has_a_golden_payload_and_no_payload_is_left_over():
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(LEAVES)


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_a_golden_payload_reads_and_writes_back_as_it_is(name: str):
    golden = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    topic = f"henwise/v1/hillside/house-2/edge-1/{name}"

    place, message = decode(topic, json.dumps(golden).encode())

    assert place == PLACE
    assert build(place, type(message)) == topic
    assert json.loads(encode(message)) == golden


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_a_golden_payload_satisfies_the_published_schema(name: str):
    schema = json_schema()
    kind = LEAVES[name].message.__name__
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
    golden = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))

    assert list(validator.iter_errors(golden)) == []
    assert list(validator.iter_errors({**golden, "surprise": 1})) != []


def test_the_asyncapi_document_names_each_leaf_with_its_qos_and_retention():
    document = asyncapi("schema.json", "0")

    assert set(document["channels"]) == set(LEAVES)
    mqtt = document["operations"]["edgeSendsStatus"]["bindings"]["mqtt"]
    assert mqtt == {"qos": 1, "retain": True}
