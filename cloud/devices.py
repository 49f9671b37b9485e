"""``henwise-cloud device list | approve | revoke``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cloud.config import load_config
from cloud.verb import ConfigOption, sentences
from contract.place import Place, checked_slug

if TYPE_CHECKING:
    from cloud.store.enrolments import State
    from cloud.store.records import Records

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
def approve(farm: str, house: str, device: str, config: ConfigOption = None) -> None:
    """Let a device speak: what its outbox kept arrives within minutes."""
    _decide((farm, house, device), "approved", config)


@app.command()
def revoke(farm: str, house: str, device: str, config: ConfigOption = None) -> None:
    """Take in nothing more of a device, within half a minute; what it sent stays."""
    _decide((farm, house, device), "revoked", config)


def _decide(names: tuple[str, str, str], state: "State", config: Path | None) -> None:
    from cloud.store import enrolments

    with sentences():
        farm, house, device = map(checked_slug, names)
        place = Place(farm=farm, house=house, device=device)
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        with _opened(config) as records:
            enrolments.decide(records, place, state, "henwise-cloud", now_ms)
    typer.echo(f"{farm} {house} {device}: {state}.")


@contextmanager
def _opened(config: Path | None) -> "Iterator[Records]":
    from cloud.store.folder import opened_records

    with opened_records(load_config(config)) as records:
        yield records
