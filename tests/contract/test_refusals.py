"""What is not of the contract is refused with a sentence that names the field."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadInput, BadMessage, BadPlace, BadTopic, HenwiseError
from contract.messages import Drawing, Readings, SeqRange, WeightSample, encode, parse
from contract.place import checked_slug
from contract.quantities import QUANTITIES, quantity
from contract.topics import LEAVES, decode, split, subscription

PAYLOADS = Path(__file__).parents[1] / "fixtures" / "payloads"


def golden(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"unit": "kg"}, "unit", "not a field"),
        ({"at": "2026-11-22T08:00:00"}, "at", "timezone"),
        ({"at": 1_763_800_000}, "at", "datetime"),
        ({"at": "1970-01-01T00:10:00Z"}, "at", "clock was not set"),
        ({"at": "9999-12-31T23:59:59-23:00"}, "at", "clock was not set"),
        ({"boot": "XYZ"}, "boot", "pattern"),
        ({"seq": 0}, "seq", "greater"),
        ({"seq": True}, "seq", "integer"),
        ({"seq": "7"}, "seq", "integer"),
        ({"device": "edge/1"}, "device", "hyphens"),
        ({"device": "edge+"}, "device", "hyphens"),
        ({"device": "#"}, "device", "hyphens"),
        ({"instrument": "氨气"}, "instrument", "hyphens"),
        ({"values": {}}, "values", "at least 1"),
        ({"values": {"temperature": 21.0}}, "", "'temperature' is not a quantity"),
        ({"values": {"temperature_celsius": "21"}}, "values.temperature_celsius", "number"),
        ({"values": {"temperature_celsius": float("nan")}}, "values.temperature_celsius", "finite"),
        ({"values": {"temperature_celsius": float("inf")}}, "values.temperature_celsius", "finite"),
        ({"values": {"temperature_celsius": 850.0}}, "", "values.temperature_celsius: 850 °C is outside -40 to 85"),
    ],
)
def test_a_spoilt_reading_is_refused_and_the_field_is_named(change: dict[str, Any], field: str, word: str):
    payload = json.dumps({**golden("readings"), **change})

    with pytest.raises(BadMessage) as refusal:
        parse(Readings, payload)

    assert refusal.value.field == field
    assert word in str(refusal.value)
    assert str(refusal.value).startswith("Readings")


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[]", b"null", b'{"device":', b"{}"])
def test_a_payload_that_is_no_message_is_refused(payload: bytes):
    with pytest.raises(BadMessage):
        parse(WeightSample, payload)


def test_a_missing_field_is_named():
    payload = golden("weight")
    del payload["grams"]
    with pytest.raises(BadMessage, match="grams: Field required"):
        parse(WeightSample, json.dumps(payload))


def test_a_range_that_runs_backwards_is_refused():
    backwards = json.dumps({**golden("committed"), "ranges": [{"boot": "0" * 16, "first": 5, "last": 3}]})
    with pytest.raises(BadMessage, match=r"last \(3\) must not be below first \(5\)"):
        decode("henwise/v1/a/b/edge-1/committed", backwards.encode())
    assert SeqRange(boot="0" * 16, first=3, last=3).last == 3


def test_a_device_cannot_have_more_parts_than_a_house_could_hold():
    many = [f"p-{number}" for number in range(301)]
    parts = [{"slug": slug, "state": "failed"} for slug in many]
    instruments = [{"slug": slug, "family": "x", "quantities": []} for slug in many]
    for name, field, value in (
        ("status", "parts", parts), ("announcement", "instruments", instruments), ("announcement", "cameras", many),
    ):  # fmt: skip
        with pytest.raises(BadMessage, match=f"{field}: List should have at most"):
            decode(f"henwise/v1/a/b/edge-1/{name}", json.dumps({**golden(name), field: value}).encode())


def test_a_device_cannot_speak_on_another_ones_topic():
    with pytest.raises(BadMessage, match="'edge-1' speaks on the topic of 'edge-2'"):
        decode("henwise/v1/hillside/house-2/edge-2/weight", json.dumps(golden("weight")).encode())


@pytest.mark.parametrize(
    "topic",
    ["", "henwise", "henwise/v2/a/b/c/weight", "henwise/v1/a/b/weight", "henwise/v1/a/b/c/d/weight",
     "henwise/v1/a/b/c/weights", "henwise/v1/A/b/c/weight", "henwise/v1/a/+/c/weight", "henwise/v1/a//c/weight"],
)  # fmt: skip
def test_a_foreign_topic_is_refused(topic: str):
    with pytest.raises(BadTopic):
        split(topic)


@pytest.mark.parametrize("name", ["", "-a", "a-", "a/b", "a+b", "#", "a b", "Ä", "A", "a" * 64, "a\n", "a_b"])
def test_a_name_that_cannot_be_a_topic_level_is_refused(name: str):
    with pytest.raises(BadPlace, match="for example"):
        checked_slug(name)


def test_the_table_of_quantities_is_sane():
    for key, row in QUANTITIES.items():
        assert key == row.key
        assert row.low < row.high
        assert row.decimals in range(4)
        assert row.en[0].isupper()
        assert any("一" <= character <= "鿿" for character in row.zh)
        assert row.problem_with(row.low) is None
        assert row.problem_with(row.high) is None
        assert "check the instrument" in (row.problem_with(row.high + 1) or "")
    assert QUANTITIES["carbon_dioxide_ppm"].unit == "ppm"
    assert len({row.zh for row in QUANTITIES.values()}) == len(QUANTITIES)


def test_an_unknown_quantity_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="known are: temperature_celsius"):
        quantity("temp")


def test_subscriptions_cover_one_side_exactly():
    assert len(subscription("edge")) + len(subscription("cloud")) == len(LEAVES)
    assert "henwise/v1/+/+/+/readings" in subscription("edge")
    assert "henwise/v1/+/+/+/committed" in subscription("cloud")


CORNERS = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]


@pytest.mark.parametrize(
    ("marks", "field", "word"),
    [
        ({"floor": CORNERS[:2]}, "marks.floor", "at least 3"),
        ({"floor": CORNERS * 34}, "marks.floor", "at most 100"),
        ({"floor": [*CORNERS, [0.5, 1.001]]}, "marks.floor.3.1", "less than or equal to 1"),
        ({"floor": [*CORNERS, ["0.5", 0.5]]}, "marks.floor.3.0", "valid number"),
        ({"floor": [*CORNERS, [0.5]]}, "marks.floor.3.1", "required"),
        ({"zones": [{"slug": "Feeder 1", "polygon": CORNERS}]}, "marks.zones.0.slug", "hyphens"),
        ({"zones": [{"slug": "pond", "kind": "pond", "polygon": CORNERS}]}, "marks.zones.0.kind", "'feeder'"),
        ({"gates": [{"slug": "gate-1"}]}, "marks.gates.0", "either a line or a hole"),
        ({"gates": [{"slug": "g", "line": CORNERS[:2], "hole": CORNERS}]}, "marks.gates.0", "either a line or a hole"),
        ({"walls": []}, "marks.walls", "not a field"),
    ],
)
def test_marks_that_are_no_shapes_are_refused(marks: dict[str, Any], field: str, word: str):
    payload = json.dumps({**golden("drawing"), "marks": marks})
    with pytest.raises(BadMessage) as refusal:
        parse(Drawing, payload)
    assert refusal.value.field == field
    assert word in str(refusal.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_never_anything_else(payload: bytes):
    try:
        parse(Readings, payload)
    except HenwiseError as refusal:
        assert str(refusal)


@given(
    at=st.datetimes(min_value=datetime(2024, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis wants bounds without zone
    seq=st.integers(1, 2**53 - 1),
    celsius=st.floats(-40, 85),
    delayed=st.booleans(),
)
def test_what_is_written_reads_back_the_same(at: datetime, seq: int, celsius: float, delayed: bool):
    reading = Readings(
        device="edge-1", at=at, boot="0" * 16, seq=seq, delayed=delayed, instrument="climate",
        values={"temperature_celsius": celsius},
    )  # fmt: skip

    again = parse(Readings, encode(reading))

    assert again == reading
    assert again.at.microsecond % 1000 == 0
