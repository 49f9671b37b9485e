"""henwise-edge: run the agent, check its configuration, look at the device, count and weigh at a desk, collect."""

from datetime import UTC, datetime
from enum import StrEnum
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

CONFIG_FOLDER = Path("/etc/henwise")

ConfigPath = Annotated[Path, typer.Argument(help="the configuration, see docs/edge-config.md", metavar="EDGE.TOML")]


class ShareOption(StrEnum):
    """What of the device a process runs; see ``edge.composing``."""

    ALL = "all"
    SENSORS = "sensors"
    VISION = "vision"


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
    from edge.config_file import idle_sections, load, missing_files, open_passwords
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
    for warning in open_passwords(path, config):
        typer.echo(f"warning: {warning}", err=True)
    for told in DrawnMarks(config).load():
        typer.echo(told)


@app.command()
def run(
    path: ConfigPath,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
    share: Annotated[ShareOption, typer.Option(help="What of the device this process runs; sensors speaks for it.")] = (
        ShareOption.ALL
    ),
    trial_s: Annotated[
        float,
        typer.Option(min=1, help="A new configuration must reach the broker within so many s, or the old is back."),
    ] = 90,
) -> None:
    """Run the agent until it is told to stop."""
    import asyncio

    from contract.errors import HenwiseError
    from edge import agent
    from edge.errors import BadConfig
    from edge.logs import set_up_logging
    from edge.memory import share_heaps

    share_heaps()
    recent = set_up_logging(verbose=verbose)
    try:
        asyncio.run(agent.run(path, recent, trial_s, share.value))
    except BadConfig as error:
        _refuse(error.problems)
    except HenwiseError as error:
        _refuse([str(error)])


@app.command()
def enroll(
    ticket: Annotated[
        str | None, typer.Argument(help="https://farm.example.org#CODE, as the farm's page shows it; asked for without")
    ] = None,
    *,
    folder: Annotated[Path, typer.Option(help="where edge.toml is or will be")] = CONFIG_FOLDER,
    ca_file: Annotated[
        Path | None, typer.Option(help="authority of the service's certificate, where it is none of the system's")
    ] = None,
) -> None:
    """Fetch this device's place, its account at the broker and the CA to trust, with a one-time code."""
    from edge import enrolling
    from edge.errors import NotEnrolled
    from edge.language import Said, say
    from edge.secret import CREDSTORE

    secrets = CREDSTORE if folder == CONFIG_FOLDER else folder / "credentials"
    asked = ticket or typer.prompt(say(Said("Address and code from the farm's page", "农场页面上的地址和绑定码")))
    try:
        enrolling.check_folders(folder, secrets)
        membership = enrolling.fetch(enrolling.Ticket.read(asked), ca_file)
        enrolling.keep(membership, folder, secrets)
    except NotEnrolled as error:
        _refuse([say(error.args[0])])
    place = " / ".join(str(membership[name]) for name in ("farm", "house", "device"))
    told = Said(
        f"This device is {place} now. Next: sudo henwise-edge init",
        f"本设备现已绑定：{place}。下一步：sudo henwise-edge init",
    )
    typer.echo(say(told))


@app.command("init")
def begin(
    path: Annotated[Path, typer.Argument(help="where it shall be written", metavar="[EDGE.TOML]")] = (
        CONFIG_FOLDER / "edge.toml"
    ),
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take everything that is found, ask nothing.")] = False,
    port: Annotated[list[str] | None, typer.Option(help="look at these ports instead of all on USB")] = None,
    data_dir: Annotated[Path, typer.Option(help="folder for what must survive")] = Path("/var/lib/henwise"),
    secrets: Annotated[Path, typer.Option(help="folder for passwords of cameras")] = Path("/etc/credstore"),
) -> None:
    """Find cameras and instruments, ask what can't be known, and write edge.toml."""
    from edge import beginning, finding
    from edge.errors import BadConfig, NotInstalled
    from edge.language import Said, say

    def tell(text: str) -> None:
        typer.echo(say(text))

    def look_at(name: str) -> None:
        tell(Said(f"{name}: listening, up to half a minute ...", f"{name}：正在识别，最多半分钟……"))

    found = [*map(finding.on_port, port)] if port else list(finding.instruments(look_at))
    tell(Said("looking for cameras ...", "正在查找摄像头……"))
    discovered = beginning.Discovered(found, [*finding.usb_cameras(), *finding.network_cameras()])
    asks = beginning.Nobody() if yes else beginning.Terminal()
    try:
        text = beginning.written(path, discovered, asks, tell, data_dir=str(data_dir), secrets=secrets)
        aside = beginning.keep(path, text)
    except BadConfig as error:
        _refuse(error.problems)
    except NotInstalled as error:
        _refuse([say(error.args[0])])
    if aside:
        tell(Said(f"the one before is {aside}", f"原配置保存为 {aside}"))
    tell(
        Said(
            f"{path} is written. Next: sudo henwise-edge doctor {path}, then sudo henwise-edge install",
            f"已写入 {path}。下一步：sudo henwise-edge doctor {path}，然后 sudo henwise-edge install",
        )
    )


@app.command()
def install(
    *,
    root: Annotated[Path, typer.Option(help="of an image that is being built")] = Path("/"),
    start: Annotated[bool, typer.Option(help="start the services, too")] = True,
) -> None:
    """Make the device a service that starts on boot: units, user, udev rules; again brings them up to date."""
    from edge.errors import NotInstalled
    from edge.language import say
    from edge.systemd.install import Layout
    from edge.systemd.install import install as install_services

    try:
        install_services(Layout(root), lambda text: typer.echo(say(text)), start=start)
    except NotInstalled as error:
        _refuse([say(error.args[0])])


@app.command()
def update(
    bundle: Annotated[Path | None, typer.Argument(help="henwise-VERSION.tar; its .sig lies beside it")] = None,
    *,
    older: Annotated[bool, typer.Option("--older", help="Go back to an older version on purpose.")] = False,
    requested: Annotated[bool, typer.Option("--requested", hidden=True)] = False,
    resume: Annotated[bool, typer.Option("--resume", hidden=True)] = False,
) -> None:
    """Install a signed version beside the running one; it stays when the device comes up with it."""
    from edge.errors import NotInstalled
    from edge.language import say
    from edge.systemd import requested as by_cloud
    from edge.systemd.install import Layout, run_command
    from edge.systemd.update import Updater

    layout, tell = Layout(), lambda text: typer.echo(say(text))
    updater = Updater(layout, tell, run_command)
    try:
        if resume:
            updater.resume()
        elif requested:
            by_cloud.carry_out(layout, updater, tell)
        elif bundle:
            updater.update(bundle, bundle.with_name(f"{bundle.name}.sig"), older=older)
        else:
            _refuse(["henwise-edge update BUNDLE.tar"])
    except NotInstalled as error:
        _refuse([say(error.args[0])])


@app.command()
def uninstall(*, root: Annotated[Path, typer.Option(help="of an image")] = Path("/")) -> None:
    """Take away what install wrote; data, settings and the program stay, and are named."""
    from edge.errors import NotInstalled
    from edge.language import say
    from edge.systemd.install import Layout
    from edge.systemd.install import uninstall as uninstall_services

    try:
        uninstall_services(Layout(root), lambda text: typer.echo(say(text)))
    except NotInstalled as error:
        _refuse([say(error.args[0])])


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
    from edge.language import spoken

    if not examine(path, bench=bench, as_json=as_json, say=typer.echo, language=spoken()):
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
