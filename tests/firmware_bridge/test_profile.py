import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadProfile
from firmware_bridge.modbus.families import shipped
from firmware_bridge.modbus.profile import ProfileValue, blocks, load, parse

GOOD = """
family = "own"
what = "a sensor"
source = "its manual"
verified = false
[[values]]
quantity = "temperature_celsius"
kind = "input"
register = 1
type = "int16"
scale = 0.1
range = [-40, 80]
"""


def value(register: int = 0, **settings: object) -> ProfileValue:
    row = {
        "quantity": "temperature_celsius",
        "kind": "input",
        "register": register,
        "type": "int16",
        "range": [-40, 80],
    }
    return ProfileValue.model_validate(row | settings)


def test_the_shipped_profiles_are_named_like_their_files_and_say_their_source():
    folder = Path(__file__).parents[2] / "firmware_bridge/modbus/profiles"
    profiles = shipped()
    assert [profile.family for profile in profiles] == sorted(file.stem for file in folder.glob("*.toml"))
    assert all(profile.source for profile in profiles)


def test_the_xy_md02_is_as_the_field_notes_have_it():
    (profile,) = (profile for profile in shipped() if profile.family == "xy-md02")
    assert (profile.line.baud, profile.line.parity, profile.line.stop_bits, profile.line.address) == (
        9600,
        "none",
        1,
        1,
    )
    temperature, humidity = profile.values
    assert (temperature.kind, temperature.register_, temperature.decode([0x0131])) == ("input", 1, 30.5)
    assert (humidity.kind, humidity.register_, humidity.decode([0x0222])) == ("input", 2, 54.6)
    assert temperature.decode([0xFF9B]) == -10.1


def test_a_profile_of_ones_own_is_read_from_a_file(tmp_path: Path):
    (tmp_path / "own.toml").write_text(GOOD)
    assert load(tmp_path / "own.toml").family == "own"


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('quantity = "temperature_celsius"', 'quantity = "warmth"', r"values\.0\.quantity: 'warmth' is not a quantity"),
        ("register = 1", "register = 70000", r"values\.0\.register: .*less than or equal to 65535"),
        ("register = 1", "registers = 1", r"values\.0\.register: Field required"),
        ('type = "int16"', 'type = "int8"', r"values\.0\.type: .*'int16', 'uint16', 'int32'"),
        ('kind = "input"', 'kind = "coil"', r"values\.0\.kind: .*'input' or 'holding'"),
        ("range = [-40, 80]", "range = [80, -40]", r"values\.0: range: 80 must be below -40"),
        ("scale = 0.1", "scale = nan", r"values\.0\.scale: .*finite number"),
        ("scale = 0.1", "scale = 0.1\ncolour = 1", r"values\.0\.colour: Extra inputs"),
        ('family = "own"', 'family = "Own one"', "family: "),
        ("verified = false", "", "verified: Field required"),
        ("verified = false", "verified = no", "is not TOML"),
        ("[[values]]", "[line]\nbaud = 1\n[[values]]", r"line\.baud: 1 is not a usual baud rate"),
    ],
)
def test_a_mistake_in_a_profile_is_named(good: str, bad: str, problem: str):
    assert good in GOOD
    with pytest.raises(BadProfile, match=rf"own\.toml.*{problem}"):
        parse(GOOD.replace(good, bad).encode(), "own.toml")


def test_a_quantity_twice_is_a_mistake():
    with pytest.raises(BadProfile, match="temperature_celsius is there twice"):
        parse((GOOD + GOOD[GOOD.index("[[values]]") :]).encode(), "own.toml")


def test_a_profile_that_is_not_text_is_a_mistake():
    with pytest.raises(BadProfile, match="is not TOML"):
        parse(b"\xff\xfe", "own.toml")


@pytest.mark.parametrize(
    ("kind", "order", "registers", "raw"),
    [
        ("int16", "big", [0xFFFF], -1),
        ("uint16", "big", [0xFFFF], 65535),
        ("int32", "big", [0xFFFF, 0xFFFE], -2),
        ("int32", "little", [0xFFFE, 0xFFFF], -2),
        ("uint32", "big", [0x0001, 0x0000], 65536),
        ("float32", "little", [0x0000, 0x41C8], 25.0),
    ],
)
def test_registers_become_numbers_by_type_and_order(kind: str, order: str, registers: list[int], raw: float):
    row = value(type=kind, order=order)
    assert row.words == len(registers)
    assert row.decode(registers) == raw


@given(st.floats(-1000, 1000, width=32))
def test_a_float_survives_its_two_registers(number: float):
    registers = list(struct.unpack(">2H", struct.pack(">f", number)))
    assert value(type="float32").decode(registers) == pytest.approx(number, abs=1e-6)


def test_neighbours_are_asked_for_at_once_and_gaps_are_not_touched():
    rows = [
        value(7),
        value(2),
        value(0, type="float32"),
        value(4),
        value(8, kind="holding"),
    ]
    assert [[row.register_ for row in block] for block in blocks(rows)] == [[8], [0, 2], [4], [7]]


@pytest.mark.parametrize(("celsius", "possible"), [(-40, True), (80, True), (80.1, False), (float("nan"), False)])
def test_the_sensors_own_range_is_kept(celsius: float, possible: bool):
    assert (value().problem_with(celsius) is None) is possible


def test_the_quantitys_range_is_kept_too():
    assert value(range=[-40, 900]).problem_with(850)
