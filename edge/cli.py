"""henwise-edge: run the agent, check its configuration, look at the device, count and weigh at a desk, collect."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from edge.desk_cli import calibrate, count
from edge.weighdesk.cli import calibrate_weighing, weigh


class CameraUnlessNamed(TyperGroup):
    """`calibrate edge.toml ceiling 212` is `calibrate camera edge.toml ceiling 212`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Say which calibration is meant when its name was left out."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["camera", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="henwise-edge",
    help="The agent on the Raspberry Pi or Jetson: cameras and instruments in, MQTT out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[Path, typer.Argument(help="the configuration, see docs/edge-config.md", metavar="EDGE.TOML")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"henwise-edge {version('henwise')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Take the options that come before a command."""


@app.command("check-config")
def check_config(path: ConfigPath) -> None:
    """Name each mistake in a configuration with its line; start nothing."""
    from edge.config_file import idle_sections, load, missing_files
    from edge.errors import BadConfig
    from edge.marks import DrawnMarks

    try:
        config = load(path)
        problems = missing_files(path, config) + idle_sections(path, config)
    except BadConfig as error:
        _refuse(error.problems)
    if problems:
        _refuse(problems)
    typer.echo(f"{path} is right: {len(config.instruments)} instruments, {len(config.cameras)} cameras")
    for told in DrawnMarks(config).load():
        typer.echo(told)


@app.command()
def run(
    path: ConfigPath,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
) -> None:
    """Run the agent until it is told to stop."""
    import asyncio

    from contract.errors import HenwiseError
    from edge import agent
    from edge.config_file import load
    from edge.errors import BadConfig
    from edge.logs import set_up_logging
    from edge.memory import share_heaps

    share_heaps()
    set_up_logging(verbose=verbose)
    try:
        asyncio.run(agent.run(load(path)))
    except BadConfig as error:
        _refuse(error.problems)
    except HenwiseError as error:
        _refuse([str(error)])


@app.command()
def collect(
    path: ConfigPath,
    *,
    out: Annotated[Path, typer.Option(help="a zip (pack.zip) or a new folder to write")],
    since: Annotated[datetime | None, typer.Option(help="only pictures from then on, UTC")] = None,
    move: Annotated[bool, typer.Option("--move", help="Delete what was packed from the device.")] = False,
) -> None:
    """Pack the pictures kept for training, with what people said of them."""
    from contract.errors import HenwiseError
    from edge.config_file import load
    from edge.errors import BadConfig
    from edge.vision.collecting import collect as pack

    try:
        told = pack(load(path).data_dir, out, since=since and since.replace(tzinfo=UTC), move=move)
    except BadConfig as error:
        _refuse(error.problems)
    except HenwiseError as error:
        _refuse([str(error)])
    except OSError as error:
        _refuse([f"{error.filename or out}: {error.strerror or error}"])
    typer.echo(
        f"{out}: {told.pictures} pictures, {told.judged} judged, {told.birds} birds of findings; read README.txt"
    )


@app.command()
def doctor(
    path: Annotated[Path | None, typer.Argument(help="the configuration to look at too", metavar="[EDGE.TOML]")] = None,
    *,
    bench: Annotated[
        bool, typer.Option("--bench", help="Measure what runs the network quickest here; the agent then uses it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of lines.")] = False,
) -> None:
    """Say what is installed, what works and what is wrong; end with 1 when something is, warnings aside."""
    from edge.doctor.run import examine

    if not examine(path, bench=bench, as_json=as_json, say=typer.echo):
        raise typer.Exit(1)


app.command()(count)
app.command()(weigh)
calibrations = typer.Typer(
    cls=CameraUnlessNamed, help="Teach a camera or a scale by what you counted or weighed by hand."
)
calibrations.command("camera")(calibrate)
calibrations.command("weighing")(calibrate_weighing)
app.add_typer(calibrations, name="calibrate")


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(1)
