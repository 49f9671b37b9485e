"""``henwise-cloud broker init | add-device | revoke-device``: rights at mosquitto."""

import getpass
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cloud.broker import rules
from cloud.config import CloudConfig, load_config
from cloud.errors import BadConfig
from cloud.verb import ConfigOption, sentences
from contract.place import Place, checked_slug

app = typer.Typer(no_args_is_help=True, help="What devices and the service may at the broker (mosquitto).")

AdminOption = Annotated[str, typer.Option("--admin", help="Who may change rights; the password is asked for.")]


@app.command()
def init(config: ConfigOption = None, admin: AdminOption = "admin") -> None:
    """Forbid everything but what a role allows, and make the service's own account from [broker]."""
    from cloud.ingest.subscriber import GROUP

    def commands(settings: CloudConfig) -> list[rules.Command]:
        broker = settings.broker
        if broker.username is None or broker.password is None:
            raise BadConfig("broker.username and broker.password: set them first; they become the service's account")
        account = rules.cloud_client(broker.username, broker.password.get_secret_value())
        return [*rules.defaults(), rules.cloud_role(GROUP), account]

    _tell(config, admin, commands)
    typer.echo("The broker lets in the service, and devices that are added.")


@app.command("add-device")
def add_device(farm: str, house: str, device: str, config: ConfigOption = None, admin: AdminOption = "admin") -> None:
    """Make a device's account, or give it a new password, print that once, and approve the device."""
    with sentences():
        place = _place(farm, house, device)
    password = secrets.token_urlsafe(24)
    _tell(config, admin, lambda _: [rules.device_role(place), *rules.device_clients(place, password)])
    _decide(config, place, approved=True)
    typer.echo(f'[broker] of its edge.toml:\nusername = "{rules.username_of(place)}"\npassword = "{password}"')


@app.command("revoke-device")
def revoke_device(
    farm: str, house: str, device: str, config: ConfigOption = None, admin: AdminOption = "admin"
) -> None:
    """End a device's connection, forget its account, and take in nothing more of it."""
    with sentences():
        place = _place(farm, house, device)
    _tell(config, admin, lambda _: rules.without_device(place))
    _decide(config, place, approved=False)
    typer.echo(f"{rules.username_of(place)} is not let in any more.")


def _tell(config: Path | None, admin: str, commands: Callable[[CloudConfig], list[rules.Command]]) -> None:
    from cloud.broker.control import Admin, told

    with sentences():
        settings = load_config(config)
        wanted = commands(settings)
        told(settings.broker, Admin(admin, _password(admin)), wanted)


def _password(admin: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {admin} at the broker: ")
    return sys.stdin.readline().rstrip("\n")


def _place(farm: str, house: str, device: str) -> Place:
    return Place(farm=checked_slug(farm), house=checked_slug(house), device=checked_slug(device))


def _decide(config: Path | None, place: Place, *, approved: bool) -> None:
    from cloud.store import enrolments
    from cloud.store.folder import opened_records

    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    with sentences(), opened_records(load_config(config)) as records:
        enrolments.decide(records, place, "approved" if approved else "revoked", "henwise-cloud", now_ms)
