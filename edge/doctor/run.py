"""The doctor's round: look, measure if asked, say."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from edge.camera_config import password_in
from edge.config import EdgeConfig
from edge.config_file import load
from edge.doctor.checks import look_at_device, look_at_farm, open_password
from edge.doctor.said import Check
from edge.errors import BadConfig
from edge.language import Language, Said

Say = Callable[[str], object]

_CONFIGURATION = Said("configuration", "配置文件")


def examine(path: Path | None, *, bench: bool, as_json: bool, say: Say, language: Language = "en") -> bool:
    """Look at the device and, with a configuration, at what it names; return whether all is well, warnings aside.

    Args:
        path: edge.toml; None for the device alone.
        bench: measure the back ends, and with a configuration write the choice into its data_dir.
        as_json: say everything as one JSON document at the end.
        say: prints a line.
        language: of the lines; JSON has both.
    """
    checks: list[Check] = []
    told = (lambda _: None) if as_json else say

    def note(check: Check) -> None:
        checks.append(check)
        told(check.line(language))

    for check in look_at_device():
        note(check)
    config = _config(path, note) if path else None
    if config:
        for check in look_at_farm(config):
            note(check)
    measured = _bench(config, note, told) if bench else []
    if as_json:
        say(json.dumps({"checks": [check.row() for check in checks], "bench": measured}, ensure_ascii=False))
    return all_is_well(checks)


def all_is_well(checks: Iterable[Check]) -> bool:
    """Say whether nothing is wrong that stays wrong by itself."""
    return all(check.ok or check.passing for check in checks)


def _config(path: Path, note: Callable[[Check], None]) -> EdgeConfig | None:
    try:
        config = load(path)
    except BadConfig as error:
        for problem in error.problems:
            note(Check(_CONFIGURATION, ok=False, says=Said("has a mistake", "有错误"), advice=problem))
        return None
    note(Check(_CONFIGURATION, ok=True, says=str(path)))
    for camera in config.cameras:
        if password_in(camera.source):
            note(open_password(camera.slug))
    return config


def _bench(config: EdgeConfig | None, note: Callable[[Check], None], told: Say) -> list[dict[str, object]]:
    from edge.doctor.bench import choose, measure_all, table
    from models.errors import ModelsError

    networks = sorted({one.network for one in config.cameras} if config and config.cameras else {None}, key=str)
    rows: list[dict[str, object]] = []
    for network in networks:
        try:
            measured = list(measure_all(network))
            chosen = choose(config.data_dir, network, measured) if config else None
        except (ModelsError, OSError) as error:
            note(Check("back ends", ok=False, says="can't be measured", advice=str(error)))
            continue
        rows += [row.row() for row in measured]
        for line in table(measured):
            told(line)
        if chosen and config:
            says = f"{chosen.backend} with {chosen.threads} threads, {chosen.median_ms:.1f} ms a frame; written to"
            note(Check("back end chosen", ok=True, says=f"{says} {config.data_dir}, the agent takes it when it starts"))
        elif not any(row.median_ms for row in measured):
            note(Check("back ends", ok=False, says="none ran", advice="pip install 'henwise[edge]'"))
    return rows
