"""henwise-bridge: look at, read, record and simulate instruments, without the rest of Henwise."""

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firmware_bridge.config import MassUnit, Parity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_bridge.config import InstrumentConfig
    from firmware_bridge.device import Device, Measured
    from firmware_bridge.simulated.voices import Voice

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Instruments on serial lines: list, read, record, decode, simulate.",
)

PortOption = Annotated[str, typer.Option(help="/dev/serial/by-id/..., tcp://host:port or replay://file")]
BaudOption = Annotated[int | None, typer.Option(help="bit/s; left out: as the family is shipped")]
ParityOption = Annotated[Parity | None, typer.Option(help="left out: as the family is shipped")]
UnitOption = Annotated[MassUnit, typer.Option(help="scales: what the indicator displays")]
AddressOption = Annotated[int | None, typer.Option(help="Modbus address; left out: as the family is shipped")]
JsonOption = Annotated[bool, typer.Option("--json", help="for machines: one JSON object a line")]


@contextmanager
def _sentences() -> "Iterator[None]":
    """Turn what Henwise refuses into a sentence on stderr and exit code 1."""
    import logging

    from contract.errors import HenwiseError

    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # our own sentence says it better
    try:
        yield
    except HenwiseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"{error.filename or 'a file'}: {error.strerror}", err=True)
        raise typer.Exit(1) from error


@app.command(name="list")
def list_ports(as_json: JsonOption = False) -> None:
    """List the serial ports of this machine; write the first column into your configuration."""
    from dataclasses import asdict

    from firmware_bridge.ports import ports

    found = ports()
    if not found and not as_json:
        typer.echo("no serial port found: plug an adapter in, and look with `dmesg` whether the kernel knows it")
    for port in found:
        typer.echo(json.dumps(asdict(port)) if as_json else f"{port.port}  {port.device}  {port.what}")


@app.command()
def families(as_json: JsonOption = False) -> None:
    """List the families of instruments that can be read."""
    from firmware_bridge.registry import registry

    with _sentences():
        for row in registry().rows():
            typer.echo(json.dumps({"family": row.key, "what": row.what}) if as_json else f"{row.key:<12} {row.what}")


@app.command()
def read(
    family: Annotated[str, typer.Argument(help="see `henwise-bridge families`")],
    *,
    port: PortOption,
    baud: BaudOption = None,
    parity: ParityOption = None,
    address: AddressOption = None,
    unit: UnitOption = "kg",
    profile: Annotated[Path | None, typer.Option(help="family modbus: your profile file")] = None,
    count: Annotated[int, typer.Option(min=0, help="how many values; 0: until Ctrl-C")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Read values from one instrument and print them."""
    from firmware_bridge.registry import build

    with _sentences():
        device = build(
            _config(family=family, port=port, baud=baud, parity=parity, address=address, unit=unit, profile=profile)
        )
        device.open()
        try:
            _print_values(device, count, as_json=as_json)
        except KeyboardInterrupt:
            return
        finally:
            device.close()


def _config(**settings: object) -> "InstrumentConfig":
    from pydantic import ValidationError

    from firmware_bridge.config import InstrumentConfig
    from firmware_bridge.errors import WrongSettings

    given = {key: value for key, value in settings.items() if value is not None}
    try:
        return InstrumentConfig.model_validate({"slug": "instrument", "family": "any", **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = first["msg"].removeprefix("Value error, ")
        raise WrongSettings(f"--{first['loc'][0]}: {problem}") from error


def _print_values(device: "Device", count: int, *, as_json: bool) -> None:
    import time

    printed = 0
    while True:
        typer.echo(_as_json(device.read()) if as_json else _as_text(device.read()))
        printed += 1
        if printed == count:
            return
        if not device.streaming:
            time.sleep(1)


def _as_json(measured: "Measured") -> str:
    return json.dumps({"values": measured.values, "stable": measured.stable})


def _as_text(measured: "Measured") -> str:
    from contract.quantities import quantity

    rows = [(quantity(key), value) for key, value in measured.values.items()]
    return "  ".join(f"{row.en} {value:.{row.decimals}f} {row.unit}" for row, value in rows)


@app.command()
def record(
    file: Annotated[Path, typer.Argument(help="where the bytes go; must not exist")],
    port: PortOption,
    baud: Annotated[int, typer.Option(help="bit/s")] = 9600,
    parity: Annotated[Parity, typer.Option()] = "none",
    seconds: Annotated[float, typer.Option(min=0.1, help="how long to listen")] = 10,
) -> None:
    """Write down what an instrument sends, byte for byte: `decode` and replay:// read it back."""
    from firmware_bridge.link import LineSettings
    from firmware_bridge.recording import record_to

    with _sentences():
        _config(port=port, baud=baud)  # refuses what no line can be
        taken = record_to(file, LineSettings(port, baud, parity), seconds)
        typer.echo(f"{taken} bytes in {file}")
        if not taken:
            typer.echo("nothing was sent: check the instrument's power, sending mode and wiring", err=True)
            raise typer.Exit(1)


@app.command()
def decode(
    file: Annotated[Path, typer.Argument(help="made by `record`")],
    family: Annotated[str, typer.Option(help="a family of scales")],
    unit: UnitOption = "kg",
) -> None:
    """Print the frames of a recording, one JSON object a line; what was skipped goes to stderr."""
    from firmware_bridge.recording import decoded
    from firmware_bridge.scales.families import decoder

    with _sentences():
        reader = decoder(family)
        frames = 0
        for frame in decoded(file, reader):
            frames += 1
            typer.echo(json.dumps({"load_grams": frame.grams(unit), "stable": frame.stable}))
        typer.echo(f"{frames} frames, {reader.bad_frames} bad, {reader.skipped_bytes} bytes skipped", err=True)


@app.command()
def simulate(
    family: Annotated[str, typer.Argument(help="which instrument to be")],
    *,
    port: Annotated[str, typer.Option(help="where the virtual port shall be, for example ./scale0")],
    breed: Annotated[str, typer.Option(help="growth curve of the flock")] = "ross-308",
    age_days: Annotated[int, typer.Option(min=0, max=400, help="its age at the start")] = 28,
    birds: Annotated[int, typer.Option(min=1, max=100_000, help="how many live in the house")] = 480,
    hour: Annotated[float, typer.Option(min=0, max=23.99, help="hour of the day at the start")] = 10,
    seed: Annotated[int, typer.Option(help="the same seed gives the same birds and weather")] = 1,
    pace: Annotated[float, typer.Option(min=0.01, max=100_000, help="how much faster the house lives")] = 1.0,
    address: Annotated[int, typer.Option(min=1, max=247, help="Modbus address, where it has one")] = 1,
) -> None:
    """Be an instrument on a pseudo-terminal until Ctrl-C: real bytes, made-up birds."""
    from firmware_bridge.simulated.flock import Calendar, Flock
    from firmware_bridge.simulated.instruments import voice
    from firmware_bridge.simulated.scene import Scene

    with _sentences():
        flock = Flock(breed=breed, birds=birds)
        flock.mean_grams(age_days)  # refuses an unknown breed before anything is made
        scene = Scene(flock, Calendar(age_days=age_days, hour=hour, pace=pace), seed=seed, address=address)
        _perform(voice(family, scene), port)


def _perform(speaker: "Voice", port: str) -> None:
    import signal
    from threading import Event

    from firmware_bridge.simulated.terminal import Terminal
    from firmware_bridge.simulated.voices import speak

    stop, terminal = Event(), Terminal(Path(port))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    terminal.open()
    try:
        typer.echo(f"ready {port}")
        sys.stdout.flush()
        speak(speaker, terminal, stop)
    finally:
        terminal.close()
