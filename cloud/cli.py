"""``henwise-cloud serve | user | flock | openapi``."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cloud.config import CloudConfig, load_config
from cloud.errors import BadRecord
from contract.errors import HenwiseError
from contract.place import checked_slug

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Henwise service.")
user_app = typer.Typer(no_args_is_help=True, help="People who may sign in.")
flock_app = typer.Typer(no_args_is_help=True, help="Flocks and the houses they live in.")
app.add_typer(user_app, name="user")
app.add_typer(flock_app, name="flock")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file; HENWISE_... variables override it.")
]


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn our own errors into one line and a bad exit code."""
    try:
        yield
    except HenwiseError as error:
        typer.echo(f"henwise-cloud: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Serve pages and API and take in what the edge devices send, until SIGINT or SIGTERM."""
    from cloud.serving import serve as run

    with _sentences():
        run(load_config(config))


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from cloud.api.document import api_document
    from cloud.app import create_app

    typer.echo(json.dumps(api_document(create_app(CloudConfig())), indent=2, ensure_ascii=False))


@user_app.command("add")
def add_user(
    name: str,
    config: ConfigOption = None,
    *,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from the first line of stdin.")] = False,
) -> None:
    """Add a person; asks for the password, or reads it from stdin."""
    from cloud.app import open_records
    from cloud.store import people

    with _sentences():
        settings = load_config(config)
        password = _password(from_stdin=password_stdin or not sys.stdin.isatty())
        records = open_records(settings)
        try:
            people.add_user(records, people.Passwords(), name, password, datetime.now(UTC))
        finally:
            records.close()
    typer.echo(f"{name} may sign in now.")


@flock_app.command("place")
def place_flock(
    farm: str,
    house: str,
    *,
    breed: Annotated[str, typer.Option(help="A breed with a standard, for example ross-308.")],
    placed_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of placement: day 0.")],
    birds: Annotated[int, typer.Option(min=1, max=10_000_000, help="Birds placed.")],
    config: ConfigOption = None,
) -> None:
    """Note which birds moved into a house, and when; the same day again corrects the entry."""
    from cloud.app import open_records
    from cloud.flock.growth import standard
    from cloud.store import houses

    with _sentences():
        settings = load_config(config)
        flock = houses.PlacedFlock(standard(breed).breed, placed_on.date(), birds)
        checked_slug(farm)
        checked_slug(house)
        _check_day(settings, flock.placed_on)
        records = open_records(settings)
        try:
            houses.place_flock(records, farm, house, flock, int(datetime.now(UTC).timestamp() * 1000))
        finally:
            records.close()
    typer.echo(f"{birds} {breed} in {farm}/{house} since {flock.placed_on}.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise BadRecord("the two passwords differ; nothing was changed")
    return password


def _check_day(settings: CloudConfig, placed_on: date) -> None:
    today = datetime.now(settings.zone).date()
    if not OLDEST_FLOCK_DAYS >= (today - placed_on).days >= -NEXT_FLOCK_DAYS:
        raise BadRecord(
            f"--placed-on: {placed_on} is more than {OLDEST_FLOCK_DAYS} days ago or {NEXT_FLOCK_DAYS} days ahead"
        )


OLDEST_FLOCK_DAYS = 1_000
NEXT_FLOCK_DAYS = 60

if __name__ == "__main__":
    app()
