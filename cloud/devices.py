"""``henwise-cloud device list | enrol | approve | revoke | tell``."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud.config import load_config
from cloud.errors import BadFile, BadRecord
from cloud.verb import ConfigOption, sentences
from contract.place import Place, checked_slug

if TYPE_CHECKING:
    from cloud.store.commands import Told
    from cloud.store.enrolments import State
    from cloud.store.records import Records

LOOK_S = 0.5

app = typer.Typer(no_args_is_help=True, help="Edge devices that may speak, or wait until somebody says so.")


@app.command("list")
def list_devices(config: ConfigOption = None) -> None:
    """List the devices that were ever heard of; those that wait come first."""
    from cloud.store import enrolments

    with sentences(), _opened(config) as records:
        found = enrolments.listed(records)
    for one in found:
        place = one.place
        seen = f"{datetime.fromtimestamp(one.last_seen_ms / 1000, UTC):%Y-%m-%d %H:%MZ}" if one.last_seen_ms else "-"
        typer.echo(f"{one.state:8}  {place.farm} {place.house} {place.device}  {seen}  {one.held_messages} turned away")
    if not found:
        typer.echo("No device was heard yet.")


@app.command()
def enrol(farm: str, house: str, device: str, config: ConfigOption = None) -> None:
    """Print what is to be typed in on a new device: a code that makes its account, once, within an hour."""
    from cloud.enrolling import enrol_command
    from cloud.store import enrolment_codes
    from cloud.store.audit import Actor

    with sentences():
        place, settings = _place(farm, house, device), load_config(config)
        with _opened(config) as records:
            actor = Actor("console", int(datetime.now(UTC).timestamp() * 1000))
            code, _expires_ms = enrolment_codes.make(records, place, actor)
    typer.echo(enrol_command(settings, code))


@app.command()
def approve(farm: str, house: str, device: str, config: ConfigOption = None) -> None:
    """Let a device speak: what its outbox kept arrives within minutes."""
    _decide((farm, house, device), "approved", config)


@app.command()
def revoke(farm: str, house: str, device: str, config: ConfigOption = None) -> None:
    """End a device's connection, forget its account, and take in nothing more of it; what it sent stays."""
    from cloud.enrolling import turn_out
    from cloud.store.audit import Actor

    with sentences():
        place = _place(farm, house, device)
        with _opened(config) as records:
            turn_out(load_config(config), records, place, Actor("console", int(datetime.now(UTC).timestamp() * 1000)))
    typer.echo(f"{farm} {house} {device}: revoked.")


class Language(StrEnum):
    """Language of a report."""

    EN = "en"
    ZH = "zh"


class Verb(StrEnum):
    """What a device can be told."""

    SNAPSHOT = "snapshot"
    TARE = "tare"
    ZERO = "zero"
    RELOAD = "reload"
    RESTART = "restart"
    LOGS = "logs"
    DOCTOR = "doctor"
    CONFIGURE = "configure"
    UPDATE = "update"


@app.command()
def tell(
    farm: str,
    house: str,
    device: str,
    action: Verb,
    target: Annotated[str | None, typer.Argument(help="the camera, scale or part, where the action has one")] = None,
    *,
    config: ConfigOption = None,
    file: Annotated[Path | None, typer.Option(help="configure: the new edge.toml")] = None,
    to: Annotated[str, typer.Option(help="update: the version")] = "",
    language: Annotated[Language, typer.Option(help="of what the doctor says")] = Language.EN,
    wait_s: Annotated[float, typer.Option(min=0, max=3_600, help="how long to wait for the answer, in s")] = 60,
) -> None:
    """Tell a device to do something and print its answer; the running service carries it there."""
    from cloud.store import commands
    from cloud.store.audit import Actor

    with sentences(), _opened(config) as records:
        place = _place(farm, house, device)
        text = _text(file) if file else to
        _check(action, target, text)
        actor = Actor("console", int(datetime.now(UTC).timestamp() * 1000))
        told = commands.tell(
            records, place, action.value, actor, target=target, text=text, language=language.value
        )  # fmt: skip
        told = _awaited(records, told, wait_s)
    typer.echo(f"{farm} {house} {device}: {told.state}: {told.detail}" if told.detail else f"{device}: {told.state}")
    if told.report:
        typer.echo(told.report)
    if told.state != "done":
        raise typer.Exit(1)


def _check(action: Verb, target: str | None, text: str) -> None:
    from pydantic import ValidationError

    from contract.messages import Command

    now = datetime.now(UTC)
    try:
        Command(
            device="any", command="any", at=now, expires_at=now, action=action.value, target=target, text=text
        )  # fmt: skip
    except ValidationError as error:
        raise BadRecord(error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{file} can't be read: {error}") from error


def _awaited(records: "Records", told: "Told", wait_s: float) -> "Told":
    from cloud.store import commands

    until_s = time.monotonic() + wait_s
    while told.state == "pending" and time.monotonic() < until_s:
        time.sleep(LOOK_S)
        told = commands.one(records, told.place, told.command) or told
    return told


def _decide(names: tuple[str, str, str], state: "State", config: Path | None) -> None:
    from cloud.store import enrolments

    with sentences():
        farm, house, device = names
        place = _place(farm, house, device)
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        with _opened(config) as records:
            enrolments.decide(records, place, state, "henwise-cloud", now_ms)
    typer.echo(f"{farm} {house} {device}: {state}.")


def _place(farm: str, house: str, device: str) -> Place:
    return Place(farm=checked_slug(farm), house=checked_slug(house), device=checked_slug(device))


@contextmanager
def _opened(config: Path | None) -> "Iterator[Records]":
    from cloud.store.folder import opened_records

    with opened_records(load_config(config)) as records:
        yield records
