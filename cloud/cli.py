"""``henwise-cloud serve | demo | user | flock | backup | restore | replay | openapi``."""

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cloud import flock_cli
from cloud.alerts.cli import app as alerts_app
from cloud.backup.cli import app as backup_app
from cloud.config import CloudConfig, load_config
from cloud.errors import BadRecord
from cloud.rights import Role
from cloud.verb import ConfigOption, sentences

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Henwise service.")
user_app = typer.Typer(no_args_is_help=True, help="People who may sign in.")
app.add_typer(user_app, name="user")
app.add_typer(flock_cli.app, name="flock")
app.add_typer(backup_app)
app.add_typer(alerts_app)


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Serve pages and API and take in what the edge devices send, until SIGINT or SIGTERM."""
    from cloud.listening import listening

    with sentences():
        settings = load_config(config)
        with listening(settings.http) as listener:
            from cloud.serving import serve as run

            run(settings, listener)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from cloud.api.document import api_document
    from cloud.app import create_app

    typer.echo(json.dumps(api_document(create_app(CloudConfig())), indent=2, ensure_ascii=False))


@app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Folder for the demo's data, kept between runs.")] = Path("demo-data"),
    *,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the page is served on this machine.")] = 8080,
    video: Annotated[str | None, typer.Option(help="A video file, rtsp://... or /dev/video0.")] = None,
    age_days: Annotated[int, typer.Option(min=0, max=56, help="Age of the flock at the first start.")] = 28,
) -> None:
    """Run a whole farm on this machine: broker, service, edge agent, virtual scale and thermometer."""
    from cloud.demo.run import run_demo

    with sentences():
        run_demo(home.absolute(), port, video, age_days, typer.echo)


@user_app.command("add")
def add_user(
    name: str,
    config: ConfigOption = None,
    *,
    role: Annotated[Role, typer.Option(help="What they are; docs/people.md says what each may do.")] = Role.OWNER,
    farm: Annotated[str | None, typer.Option(help="The one farm they belong to; otherwise every farm.")] = None,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from the first line of stdin.")] = False,
    replace: Annotated[bool, typer.Option(help="Give a person who is there already a new password.")] = False,
) -> None:
    """Add a person; asks for the password, or reads it from stdin."""
    with sentences():
        settings = load_config(config)
        password = _password(from_stdin=password_stdin or not sys.stdin.isatty())

        from cloud.store import people
        from cloud.store.folder import opened_records

        with opened_records(settings) as records:
            people.add_user(
                records, people.Passwords(), name, password, datetime.now(UTC), replace=replace, role=role, farm=farm
            )
    typer.echo(f"{name} may sign in now.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise BadRecord("the two passwords differ; nothing was changed")
    return password


if __name__ == "__main__":
    app()
