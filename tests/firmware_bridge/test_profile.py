import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadFrame, BadProfile
from firmware_bridge.modbus.families import rows, shipped
from firmware_bridge.modbus.profile import ProfileValue, blocks, load, parse
from firmware_bridge.registry import Line

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


@pytest.mark.parametrize(
    ("family", "line", "registers", "values"),
    [
        (  # the vector of the field notes, 4.7
            "renke-rs-ws-n01",
            (4800, "none", 1),
            {("holding", 0): 0x0292, ("holding", 1): 0xFF9B},
            {"humidity_percent": 65.8, "temperature_celsius": -10.1},
        ),
        (
            "renke-rs-ws-n01-tr",
            (4800, "none", 2),
            {("holding", 0): 0xFF9B, ("holding", 1): 0x0292},
            {"temperature_celsius": -10.1, "humidity_percent": 65.8},
        ),
        (
            "md02-hundredths",
            (9600, "even", 1),
            {("input", 1): 3052, ("input", 2): 5461},
            {"temperature_celsius": 30.52, "humidity_percent": 54.61},
        ),
        (
            "renke-rs-co2ws-n01",
            (4800, "none", 1),
            {("holding", 0): 658, ("holding", 1): 251, ("holding", 2): 1450},
            {"humidity_percent": 65.8, "temperature_celsius": 25.1, "carbon_dioxide_ppm": 1450},
        ),
        ("renke-rs-nh3-n01", (4800, "none", 1), {("holding", 0): 123}, {"ammonia_ppm": 12.3}),
        (
            "renke-rs-nh3ws-n01",
            (4800, "none", 1),
            {("holding", 0): 658, ("holding", 1): 251, ("holding", 2): 123},
            {"humidity_percent": 65.8, "temperature_celsius": 25.1, "ammonia_ppm": 12.3},
        ),
        ("nh3-tc0420aa", (9600, "none", 1), {("holding", 0): 12}, {"ammonia_ppm": 12}),
        ("renke-rs-gz-n01", (4800, "none", 1), {("holding", 7): 1, ("holding", 8): 2}, {"light_lux": 65538}),
        ("renke-rs-gz-n01-low", (4800, "none", 1), {("holding", 2): 1, ("holding", 3): 2}, {"light_lux": 65538}),
        (
            "sonbest-sm7820b",
            (9600, "none", 1),
            {("holding", 0): 2510, ("holding", 1): 6580},
            {"temperature_celsius": 25.1, "humidity_percent": 65.8},
        ),
        (
            "adtek-co2",
            (9600, "none", 1),
            {("holding", 0): 251, ("holding", 1): 658, ("holding", 5): 1450},
            {"temperature_celsius": 25.1, "humidity_percent": 65.8, "carbon_dioxide_ppm": 1450},
        ),
    ],
)
def test_each_profile_reads_registers_as_the_field_notes_have_them(
    family: str, line: tuple[int, str, int], registers: dict[tuple[str, int], int], values: dict[str, float]
):
    (profile,) = (profile for profile in shipped() if profile.family == family)
    assert (profile.line.baud, profile.line.parity, profile.line.stop_bits) == line
    read = {
        row.quantity: row.decode([registers[row.kind, row.register_ + word] for word in range(row.words)])
        for row in profile.values
    }
    assert read == values
    assert sum(row.words for row in profile.values) == len(registers)


def test_a_map_that_nobody_checked_says_what_to_compare_it_with():
    remembered = [profile for profile in shipped() if "memory" in profile.source]
    assert len(remembered) >= 6
    assert all(profile.caution and not profile.verified for profile in remembered)


def test_a_family_tells_the_lines_it_can_be_set_to_as_shipped_first():
    lines = {family.key: family.lines for family in rows()}
    assert lines["renke-rs-ws-n01"] == (Line(4800), Line(9600), Line(2400))
    assert lines["md02-hundredths"] == (Line(9600, "even"), Line(9600, "odd"))
    assert lines["renke-rs-ws-n01-tr"][0] == Line(4800, stop_bits=2)


def test_the_example_of_the_documentation_is_right():
    example = Path(__file__).parents[2] / "docs/hardware/my-sensor.toml"
    profile = load(example)
    assert {row.type for row in profile.values} == {"int16", "uint16", "uint32", "float32"}
    assert {row.order for row in profile.values} == {"big", "little"}


@given(st.sampled_from([row for profile in shipped() for row in profile.values]), st.floats(0, 1))
def test_a_value_survives_the_registers_of_each_profile(row: ProfileValue, share: float):
    low, high = row.range
    number = low + share * (min(high, 60_000 * row.scale) - low)
    assert row.decode(row.encode(number)) == pytest.approx(number, abs=row.scale * 0.51)


@pytest.mark.parametrize(("kind", "number"), [("int16", 40_000), ("uint16", -1), ("uint32", 2**32), ("float32", 1e39)])
def test_what_does_not_fit_its_registers_is_refused(kind: str, number: float):
    with pytest.raises(BadFrame, match=f"does not fit an {kind}"):
        value(type=kind).encode(number)


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
