"""The page on wiring is checked against what the program really has."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from firmware_bridge.cli import app
from firmware_bridge.registry import families
from firmware_bridge.scales.families import INDICATORS
from firmware_bridge.scales.indicator import Indicator

FOLDER = Path(__file__).parents[2] / "docs/hardware"
PAGE = (FOLDER / "README.md").read_text()
SCALES = (FOLDER / "scales.md").read_text()


def test_each_family_is_on_the_page():
    assert all(f"`{family}`" in PAGE + SCALES for family in families())


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.key)
def test_the_table_of_scales_says_what_the_program_does(indicator: Indicator):
    (row,) = [line for line in SCALES.splitlines() if line.split("|")[2:3] == [f" `{indicator.key}` "]]
    line, sends = row.split("|")[4:6]
    shipped = indicator.lines[0]
    assert f"{shipped.baud} {shipped.data_bits}{shipped.parity[0].upper()}{shipped.stop_bits}" in line
    assert ("with check" in sends) == indicator.checked
    prompt = indicator.talk(1).prompt
    assert ("asked" in sends) == (prompt is not None and prompt.each)


def test_the_table_of_commands_names_the_families_that_have_them():
    commands = SCALES.split("## Tare and zero from afar")[1]
    named = {key for key in re.findall(r"`([a-z0-9-]+)`", commands) if key in families()}
    assert named == {row.key for row in INDICATORS if row.talk(1).tare is not None}


def test_each_command_on_the_page_exists_with_its_options():
    commands = get_command(app).commands
    shown = re.findall(r"\$ henwise-bridge (\w+)(.*)", PAGE)
    assert {name for name, _ in shown} == set(commands) - {"families"}
    for name, words in shown:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", words)) <= known


def test_the_files_the_page_names_are_there():
    named = re.findall(r"`(firmware_bridge/[\w/.-]+)`", PAGE)
    assert named
    assert all((Path(__file__).parents[2] / name).is_file() for name in named)
