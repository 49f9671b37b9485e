"""The page on wiring is checked against what the program really has."""

import re
from pathlib import Path

from typer.main import get_command

from firmware_bridge.cli import app
from firmware_bridge.registry import families

PAGE = (Path(__file__).parents[2] / "docs/hardware/README.md").read_text()


def test_each_family_is_on_the_page():
    assert all(f"`{family}`" in PAGE for family in families())


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
