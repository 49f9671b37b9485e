"""``henwise-cloud replay``: what would have rung on a log from anywhere."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer
from pydantic import ValidationError

from cloud.alerts.rules.names import Language
from cloud.errors import BadFile
from cloud.verb import sentences

if TYPE_CHECKING:
    from cloud.alerts.rules.settings import HouseSettings

app = typer.Typer()


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV: a column of times, columns of values.")
    ],
    *,
    age_on: Annotated[
        str | None, typer.Option(help="A day and how many days old the birds were then: 2026-11-22=28.")
    ] = None,
    breed: Annotated[str, typer.Option(help="Their breed.")] = "ross-308",
    zone: Annotated[
        str, typer.Option(help="Time zone of times without one, and where a day begins.")
    ] = "Asia/Shanghai",
    settings: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON: the settings of a house, as the API has them."),
    ] = None,
    language: Annotated[Language, typer.Option(help="en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what would have rung on a climate log: every alert with its beginning, end and gravest level."""
    from cloud.alerts import replay as replaying
    from cloud.alerts.desk import read_log
    from cloud.alerts.printed import document, show
    from cloud.alerts.rules.settings import Lives
    from cloud.alerts.rules.signals import DAY_MS
    from cloud.flock.growth import standards

    if zone not in available_timezones():
        raise typer.BadParameter(f"{zone!r} is not a time zone; write one like Asia/Shanghai", param_hint="--zone")
    flock = None if age_on is None else Lives(breed, _placed_on(age_on), standards().get(breed))
    with sentences():
        history, (from_ms, to_ms) = read_log(file, ZoneInfo(zone), flock)
        played = replaying.replay(history, _settings(settings), from_ms, to_ms)
    if as_json:
        typer.echo(json.dumps(document(played), ensure_ascii=False, indent=1))
    else:
        show(played, ZoneInfo(zone), language, (to_ms - from_ms) / DAY_MS)


def _placed_on(age_on: str) -> date:
    day, _, age = age_on.partition("=")
    try:
        return date.fromisoformat(day) - timedelta(days=int(age))
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{age_on!r}: write a day and an age, like 2026-11-22=28", param_hint="--age-on"
        ) from None


def _settings(path: Path | None) -> "HouseSettings":
    from cloud.alerts.rules.settings import HouseSettings

    if path is None:
        return HouseSettings()
    try:
        return HouseSettings.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        problem = f"{field}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")
        raise BadFile(f"{path}: {problem}") from error
    except OSError as error:
        raise BadFile(f"{path} can't be read: {error.strerror}") from error
