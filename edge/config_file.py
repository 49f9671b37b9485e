"""edge.toml -> EdgeConfig, or all its mistakes at once, one line each.

edge.toml:12: cameras[0].window_s: 0 is too small; allowed: 1 to 600
edge.toml:7: broker.hots: unknown; did you mean 'host'?
"""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract.errors import PermanentError
from edge.camera_config import password_in
from edge.config import EdgeConfig
from edge.errors import BadConfig, BadPlan
from edge.secret import secret_file
from edge.toml_lines import Path as KeyPath
from edge.toml_lines import key_lines, nearest_line

if TYPE_CHECKING:
    from firmware_bridge.device import Device

ENROLLED = "enrolled.toml"
"""Place and broker as ``henwise-edge enroll`` fetched them, beside edge.toml."""

_TOO_SMALL = {"greater_than", "greater_than_equal", "string_too_short", "too_short"}
_TOO_LARGE = {"less_than", "less_than_equal", "string_too_long", "too_long"}
_TYPES = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list"}


def load(path: Path) -> EdgeConfig:
    """Read and check a configuration.

    Raises:
        BadConfig: it can't be read, or has mistakes; all of them are listed.
    """
    return checked(path, _text(path))


def checked(path: Path, text: str) -> EdgeConfig:
    """Check a configuration that shall stand in a file.

    Raises:
        BadConfig: it has mistakes; all of them are listed.
    """
    try:
        document = {**_enrolled(path.absolute().parent), **tomllib.loads(text)}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadConfig([_no_toml(path, text, error)]) from error
    where = _Where(path.name, key_lines(text))
    try:
        config = EdgeConfig.model_validate(document, context={"folder": path.absolute().parent})
    except ValidationError as error:
        mistakes = sorted(_real(error.errors(include_url=False)), key=lambda mistake: where.line(mistake["loc"]))
        # What fits neither of two forms is one mistake, but pydantic's two.
        raise BadConfig(list(dict.fromkeys(where.sentence(mistake) for mistake in mistakes))) from error
    found = [*_instrument_problems(config), *_plan_problems(config)]
    problems = [where.at(keys, problem) for keys, problem in found]
    if problems:
        raise BadConfig(problems)
    return config


def missing_files(path: Path, config: EdgeConfig) -> list[str]:
    """Name the files that the configuration speaks of and that are not there, one sentence each."""
    where = _Where(path.name, key_lines(_text(path)))
    password_file = config.broker.password_file
    named: list[tuple[KeyPath, Path | None]] = [
        (("broker", "ca_file"), config.broker.ca_file),
        (("broker", "password_file"), password_file and secret_file(password_file)),
    ]
    for number, camera in enumerate(config.cameras):
        named.append((("cameras", number, "network"), camera.network))
        secret = camera.password_file
        named.append((("cameras", number, "password_file"), secret and secret_file(secret)))
        named.append((("cameras", number, "wellness", "appearance"), camera.wellness.appearance))
        if camera.kind in {"file", "device"}:
            named.append((("cameras", number, "source"), Path(camera.source)))
    missing = [where.at(keys, f"{file} is not there") for keys, file in named if file and not file.exists()]
    return missing + [
        where.at(keys, f"{file} is a folder: name a file") for keys, file in named if file and file.is_dir()
    ]


def open_passwords(path: Path, config: EdgeConfig) -> list[str]:
    """Name the cameras whose password stands in the configuration itself; it works, but is no place for a secret."""
    where = _Where(path.name, key_lines(_text(path)))
    return [
        where.at(
            ("cameras", number, "source"),
            "a password stands here, for whoever reads this file or a copy of it: put it into a file, name that with "
            "password_file, and leave only the user here",
        )
        for number, camera in enumerate(config.cameras)
        if password_in(camera.source)
    ]


def idle_sections(path: Path, config: EdgeConfig) -> list[str]:
    """Name the sections that can do nothing as the configuration stands, one sentence each.

    Whoever wrote them waits for something in vain; but a farm that runs so must not stop for it.
    """
    if config.door is None or any(camera.gates for camera in config.cameras):
        return []
    where = _Where(path.name, key_lines(_text(path)))
    return [
        where.at(("door",), "no camera has gates, so the roll is never called: add [[cameras.gates]], or take it out")
    ]


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise BadConfig([f"{path} can't be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BadConfig([f"{path}: byte {error.start} is no UTF-8: save the file as UTF-8"]) from error
    return text


def _enrolled(folder: Path) -> dict[str, Any]:
    """Return place and broker as ``henwise-edge enroll`` fetched them; what edge.toml says counts before."""
    file = folder / ENROLLED
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise BadConfig([f"{file} can't be read ({error}): enrol the device again"]) from error


def _no_toml(path: Path, text: str, error: tomllib.TOMLDecodeError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return f"{path.name}: its brackets are nested too deeply to be read"
    line = re.search(r"at line (\d+)", str(error))
    number = int(line.group(1)) if line else text.count("\n") + 1
    return f"{path.name}:{number}: this is no TOML: {error}"


def _instrument_problems(config: EdgeConfig) -> Iterator[tuple[KeyPath, str]]:
    if not config.instruments:
        return
    from firmware_bridge.registry import build, build_all

    alone = True
    for number, instrument in enumerate(config.instruments):
        try:
            build(instrument)
        except PermanentError as error:
            alone = False
            yield ("instruments", number, "family"), str(error)
    if alone:
        try:
            devices = build_all(config.instruments)
        except PermanentError as error:
            yield ("instruments",), str(error)
        else:
            yield from _thermal_problems(
                config, {one.slug: it for one, it in zip(config.instruments, devices, strict=True)}
            )


def _thermal_problems(config: EdgeConfig, devices: dict[str, "Device"]) -> Iterator[tuple[KeyPath, str]]:
    from firmware_bridge.device import Imaging

    for number, one in enumerate(config.thermal):
        if not isinstance(devices[one.instrument], Imaging):
            yield ("thermal", number, "instrument"), f"{one.instrument} is no thermal array"
        if one.air and "temperature_celsius" not in devices[one.air].quantities:
            yield ("thermal", number, "air"), f"{one.air} is no thermometer"


def _plan_problems(config: EdgeConfig) -> Iterator[tuple[KeyPath, str]]:
    plans = [(("cameras", number, "plan"), one.plan) for number, one in enumerate(config.cameras) if one.plan]
    plans += [(("elsewhere", number, "plan"), one.plan) for number, one in enumerate(config.elsewhere)]
    if not plans:
        return
    from edge.vision.plan import Plan

    for keys, plan in plans:
        try:
            Plan.fitted(plan.picture, plan.metres)
        except BadPlan as error:
            yield keys, str(error)


def _real(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out a list that is only too short because one of its entries is wrong."""
    inner = {error["loc"][:end] for error in errors for end in range(1, len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in inner]


class _Where:
    """Turns pydantic's errors into sentences with a line."""

    def __init__(self, file: str, lines: dict[KeyPath, int]) -> None:
        self._file = file
        self._lines = lines
        self._schema = EdgeConfig.model_json_schema()

    def line(self, keys: KeyPath) -> int:
        return nearest_line(self._lines, keys)

    def at(self, keys: KeyPath, problem: str) -> str:
        dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
        return f"{self._file}:{self.line(keys)}: {dotted + ': ' if dotted else ''}{problem}"

    def sentence(self, error: ErrorDetails) -> str:
        keys = error["loc"]
        form = next((place for place, key in enumerate(keys) if _is_form(key)), None)
        if form is not None:
            told = str(self._node(keys[:form]).get("description", "another form"))
            return self.at(keys[:form], f"can't be used; allowed: {told.rpartition(': ')[2]}")
        return self.at(keys, self._problem(error, keys))

    def _problem(self, error: ErrorDetails, keys: KeyPath) -> str:
        kind, value = error["type"], error["input"]
        if kind == "value_error":
            return error["msg"].removeprefix("Value error, ")
        if kind == "extra_forbidden":
            return _unknown(str(keys[-1]), list(self._node(keys[:-1]).get("properties", {})))
        allowed = _allowed(self._node(keys))
        if kind == "missing":
            return f"is missing; allowed: {allowed}"
        if kind in _TOO_SMALL | _TOO_LARGE:
            return f"{value!r} is too {'small' if kind in _TOO_SMALL else 'large'}; allowed: {allowed}"
        return f"{value!r} can't be used; allowed: {allowed}"

    def _node(self, keys: KeyPath) -> dict[str, Any]:
        node = self._schema
        for key in keys:
            node = self._resolved(node)
            if isinstance(key, int):
                node = node.get("items") or next(iter(node.get("prefixItems", [])), {})
            else:
                node = node.get("properties", {}).get(key, {})
        return self._resolved(node)

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        choices = [choice for choice in node.get("anyOf", []) if choice.get("type") != "null"]
        if choices:
            node = node | choices[0]
        if "$ref" in node:
            node = self._schema["$defs"][node["$ref"].rpartition("/")[2]] | node
        return node


def _is_form(key: str | int) -> bool:
    """Say whether a step of pydantic's path is no key but one of the forms a value may have."""
    return isinstance(key, str) and key.startswith(("literal[", "tuple["))


def _unknown(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, n=1)
    return f"unknown; did you mean {close[0]!r}?" if close else f"unknown; known are: {', '.join(known)}"


def _allowed(node: dict[str, Any]) -> str:
    if "enum" in node:
        return ", ".join(repr(choice) for choice in node["enum"])
    low = node.get("minimum", node.get("exclusiveMinimum"))
    high = node.get("maximum", node.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{'more than ' if 'exclusiveMinimum' in node else ''}{low:g} to {high:g}"
    if node.get("properties"):
        return f"a table with {', '.join(node['properties'])}"
    if "minItems" in node and "maxItems" in node:
        few, many = node["minItems"], node["maxItems"]
        return f"a list of {few}" + (f" to {many}" if many != few else "")
    if node.get("type") in _TYPES:
        return _TYPES[node["type"]]
    return str(node.get("description", "a text"))
