"""``henwise-cloud user | farm | house``: people and places, from the service's own machine."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import available_timezones

import typer

from cloud.config import CloudConfig, load_config
from cloud.errors import BadRecord
from cloud.rights import Right, Role
from cloud.verb import ConfigOption, sentences
from contract.place import checked_slug

if TYPE_CHECKING:  # the stores are slow to import, and `--help` is not
    from sqlalchemy import Connection

    from cloud.store.audit import Actor
    from cloud.store.records import Records

user_app = typer.Typer(no_args_is_help=True, help="People who may sign in, and the keys of machines.")
farm_app = typer.Typer(no_args_is_help=True, help="Farms and whose they are.")
house_app = typer.Typer(no_args_is_help=True, help="Houses and how they are called.")

RoleOption = Annotated[Role, typer.Option(help="What they are; docs/people.md says what each may do.")]
FarmOption = Annotated[str | None, typer.Option(help="The one farm they belong to; otherwise every farm.")]
OrganisationOption = Annotated[
    int | None, typer.Option(help="Number of the organisation; needed when there are several.")
]
NameOption = Annotated[str | None, typer.Option(help="What people call it, in any script.")]


@contextmanager
def _opened(config: Path | None) -> Iterator[tuple[CloudConfig, "Records"]]:
    with sentences():
        settings = load_config(config)

        from cloud.store.folder import opened_records

        with opened_records(settings) as records:
            yield settings, records


def _console() -> "Actor":
    from cloud.store.audit import Actor

    return Actor("console", int(datetime.now(UTC).timestamp() * 1000))


def _organisation(connection: "Connection", told: int | None, farm: str | None = None) -> int:
    from cloud.store import farms

    organisation = told or (farms.owner_of(connection, farm) if farm else farms.only_organisation(connection))
    if organisation is None:
        raise BadRecord("say which organisation with --organisation; there are several, or none yet")
    return organisation


@user_app.command("add")
def add_user(
    name: str,
    config: ConfigOption = None,
    *,
    role: RoleOption = Role.OWNER,
    farm: FarmOption = None,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from the first line of stdin.")] = False,
    replace: Annotated[bool, typer.Option(help="Give a person who is there already a new password.")] = False,
) -> None:
    """Add a person; asks for the password, or reads it from stdin."""
    with sentences():
        password = _password(from_stdin=password_stdin or not sys.stdin.isatty())
    with _opened(config) as (_settings, records):
        from cloud.store import people

        now = datetime.now(UTC)
        people.add_user(records, people.Passwords(), name, password, now, replace=replace, role=role, farm=farm)
    typer.echo(f"{name} may sign in now.")


@user_app.command("invite")
def invite(
    config: ConfigOption = None,
    *,
    role: RoleOption,
    farm: FarmOption = None,
    email: Annotated[str | None, typer.Option(help="Whom it is for; lets them in by OpenID Connect, too.")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="The link holds so long.")] = 7,
    organisation: OrganisationOption = None,
) -> None:
    """Print a link that makes one person a member, once."""
    with _opened(config) as (settings, records):
        from cloud.store import invitations
        from cloud.store.memberships import Post

        with records.reading() as connection:
            chosen = _organisation(connection, organisation, farm)
        post = Post(role, farm)
        _, token = invitations.invite(records, chosen, post, _console(), email=email, days=days)
        typer.echo(settings.http.page(invitations.join_path(token)))


@user_app.command("setup-link")
def setup_link(config: ConfigOption = None) -> None:
    """Print a link that makes the first owner, as long as nobody may sign in; earlier ones are void."""
    with _opened(config) as (settings, records):
        from cloud.store import invitations

        token = invitations.set_up_link(records, datetime.now(UTC))
        if token is None:
            raise BadRecord("there are users already; invite people with: henwise-cloud user invite")
        typer.echo(settings.http.page(invitations.set_up_path(token)))


@user_app.command("token")
def make_token(
    name: str,
    config: ConfigOption = None,
    *,
    right: Annotated[list[Right], typer.Option(help="What it may do; give it again for more.")],
    farm: Annotated[list[str] | None, typer.Option(help="Where; give it again for more; otherwise every farm.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3_650, help="It ends then; otherwise when revoked.")] = None,
    organisation: OrganisationOption = None,
) -> None:
    """Print a token for a machine, for 'Authorization: Bearer'; it can't be shown again."""
    with _opened(config) as (_settings, records):
        from cloud.store import tokens

        actor = _console()
        with records.reading() as connection:
            chosen = _organisation(connection, organisation, farm[0] if farm else None)
        ends_ms = None if days is None else actor.at_ms + int(timedelta(days=days).total_seconds() * 1000)
        scope = tokens.Scope(name, frozenset(right), frozenset(farm) if farm else None, ends_ms)
        typer.echo(tokens.make(records, chosen, scope, actor)[1])


@farm_app.command("add")
def add_farm(
    farm: str,
    config: ConfigOption = None,
    *,
    name: NameOption = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name; otherwise the service's.")] = None,
    organisation: OrganisationOption = None,
) -> None:
    """Add a farm, or give one that devices speak for already to an organisation."""
    with _opened(config) as (_settings, records):
        from cloud.store import audit, farms

        checked_slug(farm)
        _check_zone(time_zone)
        actor = _console()
        with records.writing() as connection:
            farms.claim(connection, farm, _organisation(connection, organisation), actor.at_ms)
            farms.describe(connection, farm, name, time_zone)
            audit.note(connection, actor, "farm-added", farm, farm=farm)
    typer.echo(f"{farm} is there.")


@farm_app.command("describe")
def describe_farm(
    farm: str,
    config: ConfigOption = None,
    *,
    name: NameOption = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name: where its days begin.")] = None,
) -> None:
    """Say how a farm is called or where its days begin; what is left out stays as it is."""
    with _opened(config) as (_settings, records):
        from cloud.store import audit, farms

        _check_zone(time_zone)
        with records.writing() as connection:
            if farms.owner_of(connection, farm) is None:
                raise BadRecord(f"there is no farm {farm!r}; add it with: henwise-cloud farm add {farm}")
            known_name, known_zone = farms.described(connection, farm)
            farms.describe(connection, farm, name or known_name, time_zone or known_zone)
            audit.note(connection, _console(), "farm-described", name or known_name or farm, farm=farm)
    typer.echo(f"{farm}: {name or known_name or farm}, {time_zone or known_zone or 'the time zone of the service'}.")


@farm_app.command("list")
def list_farms(config: ConfigOption = None) -> None:
    """List the farms with organisation, name and time zone."""
    with _opened(config) as (settings, records):
        from cloud.store import farms

        for row in farms.every(records):
            zone = row.time_zone or f"{settings.time_zone} (the service's)"
            typer.echo(f"{row.farm}  organisation {row.organisation_id}  {row.name or '-'}  {zone}")


@user_app.command("audit")
def audit_log(
    config: ConfigOption = None,
    *,
    organisation: OrganisationOption = None,
    rows: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 50,
) -> None:
    """Print who did what, newest first; without an organisation what belongs to none: refused names nobody has."""
    with _opened(config) as (_settings, records):
        from cloud.store import audit

        for row in audit.newest(records, organisation, rows):
            at = f"{datetime.fromtimestamp(row.at_ms / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
            typer.echo(f"{at}  {row.who or '-'}  {row.action}  {row.farm or '-'}  {row.about}  {row.address}")


@house_app.command("add")
def add_house(farm: str, house: str, config: ConfigOption = None, *, name: NameOption = None) -> None:
    """Add a house, or say how one that is there is called."""
    with _opened(config) as (_settings, records):
        from cloud.store import audit, farms

        checked_slug(house)
        actor = _console()
        with records.writing() as connection:
            if farms.owner_of(connection, farm) is None:
                raise BadRecord(f"there is no farm {farm!r}; add it with: henwise-cloud farm add {farm}")
            farms.name_house(connection, farm, house, name, actor.at_ms)
            audit.note(connection, actor, "house-described", name or house, farm=farm)
    typer.echo(f"{farm}/{house} is there.")


def _check_zone(name: str | None) -> None:
    if name is not None and name not in available_timezones():
        raise BadRecord(f"--time-zone: {name!r} is not a time zone; write one like 'Asia/Shanghai'")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise BadRecord("the two passwords differ; nothing was changed")
    return password
