"""Recorded bytes of every family read back by the CLI: the vectors of the field notes, and what lies between them."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from firmware_bridge.cli import app
from firmware_bridge.node.line import encode
from firmware_bridge.node.records import Air, line_of
from firmware_bridge.reading_back import families, reader
from firmware_bridge.thermal import gy_mcu90640
from firmware_bridge.thermal.frame import ThermalFrame

CO2 = "carbon_dioxide_ppm"


def decoded(tmp_path: Path, data: bytes, *words: str) -> tuple[list[dict[str, Any]], Result]:
    (tmp_path / "r.bin").write_bytes(data)
    told = CliRunner().invoke(app, ["decode", str(tmp_path / "r.bin"), "--family", *words])
    assert told.exit_code == 0, told.output
    return [json.loads(line) for line in told.stdout.splitlines()], told


@pytest.mark.parametrize(
    ("family", "frame", "said"),
    [
        ("senseair-s8", "FE 04 02 03 88 AD B2", {CO2: 904.0, "flaw": None}),
        ("mh-z19", "FF 86 01 90 40 00 00 00 A9", {CO2: 400.0, "module_celsius": 24, "flaw": None}),
        (
            "xy-md02",
            "01 04 04 01 31 02 22 2A CE",
            {"temperature_celsius": 30.5, "humidity_percent": 54.6, "flaw": None},
        ),
        (
            "renke-rs-ws-n01",
            "01 03 04 02 92 FF 9B 5A 3D",
            {"temperature_celsius": -10.1, "humidity_percent": 65.8, "flaw": None},
        ),
    ],
)
def test_the_vectors_of_the_notes_are_read_back_between_noise(tmp_path: Path, family: str, frame: str, said: Any):
    data = bytes.fromhex(frame)
    torn = data[:-2] + bytes((data[-2] ^ 1, data[-1]))
    rows, told = decoded(tmp_path, b"\x00\x55" + data + torn + data, family)
    assert rows == [said, said]
    assert "bytes skipped" in told.stderr


def test_a_question_says_which_registers_the_answer_holds(tmp_path: Path):
    question = bytes.fromhex("01 04 00 01 00 02 20 0B")
    rows, told = decoded(tmp_path, question + bytes.fromhex("01 04 04 01 31 02 22 2A CE"), "xy-md02")
    assert [row["temperature_celsius"] for row in rows] == [30.5]
    assert "1 frames, 0 bad, 0 bytes skipped" in told.stderr
    assert decoded(tmp_path, question, "xy-md02", "--address", "2")[0] == []


def test_pictures_and_node_lines_are_read_back(tmp_path: Path):
    picture = ThermalFrame(tuple([2500] * 767 + [32000]), 32, 24, 27.5)
    [row], _ = decoded(tmp_path, gy_mcu90640.encode(picture), "gy-mcu90640")
    assert (row["mean_celsius"], row["module_celsius"], len(row["celsius"]), row["celsius"][-1]) == (
        25,
        27.5,
        768,
        None,
    )
    [row], _ = decoded(tmp_path, encode(line_of(7, Air(21.5, 60.25))), "node")
    assert row == {"word": "air", "celsius": 21.5, "percent": 60.25}


def test_a_missing_point_is_said_and_can_be_given(tmp_path: Path):
    frame = b"\x02002345\r\n\x03"
    [row], told = decoded(tmp_path, frame, "xk3190-c602")
    assert row["load_grams"] == 2_345_000
    assert "--decimals" in told.stderr
    [row], told = decoded(tmp_path, frame, "xk3190-c602", "--decimals", "3")
    assert row["load_grams"] == 2345
    assert "--decimals" not in told.stderr


@pytest.mark.parametrize("family", [one for one in families() if one != "modbus"])
def test_nothing_and_noise_are_no_mistake_and_said(tmp_path: Path, family: str):
    assert "0 frames, 0 bad, 0 bytes skipped" in decoded(tmp_path, b"", family)[1].stderr
    assert "no frame of" in decoded(tmp_path, b"", family)[1].stderr
    noise = random.Random(family).randbytes(3000)
    its = reader(family)
    rows = its.feed(noise)
    its.forget()
    assert its.skipped_bytes <= len(noise)
    assert all(isinstance(json.dumps(row), str) for row in rows)


@pytest.mark.parametrize(
    ("family", "line", "grams"),
    [
        ("generic-text", b"ST,GS,+ 000080kg\r\n", 80_000),
        ("xk3190-a12", b"wn-0000.1kg\n", -100),
        ("xk3118t1", b"=00004.8(kg)", 4_800),
        ("mt-sics", b"S S     100.00 g\r\n", 100),
        ("cas-18", b"US,NT,   1.234kg\r\n", 1_234),
        ("and", b"ST,+00123.45  g\r\n", 123.45),
        ("dini-argeo", b"ST,GS,     0.0,kg\r\n", 0),
    ],
)
def test_a_recording_of_one_line_is_read_back(tmp_path: Path, family: str, line: bytes, grams: float):
    [row], told = decoded(tmp_path, line, family)
    assert row["load_grams"] == grams
    assert "1 frames, 0 bad, 0 bytes skipped" in told.stderr
