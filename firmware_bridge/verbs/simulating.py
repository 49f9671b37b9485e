"""The verb that is an instrument."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firmware_bridge.config import Parity
from firmware_bridge.verbs.terminal import sentences

if TYPE_CHECKING:
    from firmware_bridge.registry import Line
    from firmware_bridge.simulated.terminal import Terminal
    from firmware_bridge.simulated.voices import Voice


def simulate(
    family: Annotated[str, typer.Argument(help="which instrument to be")],
    *,
    port: Annotated[str, typer.Option(help="where the virtual port shall be, for example ./scale0")],
    breed: Annotated[str, typer.Option(help="growth curve of the flock")] = "ross-308",
    age_days: Annotated[int, typer.Option(min=0, max=400, help="its age at the start")] = 28,
    birds: Annotated[int, typer.Option(min=1, max=100_000, help="how many live in the house")] = 480,
    hour: Annotated[float, typer.Option(min=0, max=23.99, help="hour of the day at the start")] = 10,
    seed: Annotated[int, typer.Option(help="the same seed gives the same birds, weather and faults")] = 1,
    pace: Annotated[float, typer.Option(min=0.01, max=100_000, help="how much faster the house lives")] = 1.0,
    address: Annotated[int, typer.Option(min=1, max=247, help="its address, where it has one")] = 1,
    baud: Annotated[
        int | None, typer.Option(help="bit/s it is set to: who opens the port otherwise reads nonsense; left out: any")
    ] = None,
    parity: Annotated[Parity, typer.Option(help="even or odd: seven data bits with that parity")] = "none",
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="noise=0.1, drop=0.01, checksum=0.05, half=0.1, stuck, unplugged, baud=4800; @from-until in s"
        ),
    ] = None,
) -> None:
    """Be an instrument on a pseudo-terminal until Ctrl-C: real bytes, made-up birds, faults to order."""
    from firmware_bridge.errors import WrongSettings
    from firmware_bridge.simulated.faults import FaultyTerminal, parse
    from firmware_bridge.simulated.flock import Calendar, Flock
    from firmware_bridge.simulated.instruments import FOLDERS, voice
    from firmware_bridge.simulated.onewire import OneWireFolder
    from firmware_bridge.simulated.scene import Scene

    with sentences():
        flock = Flock(breed=breed, birds=birds)
        flock.mean_grams(age_days)  # refuses an unknown breed before anything is made
        scene = Scene(flock, Calendar(age_days=age_days, hour=hour, pace=pace), seed=seed, address=address)
        faults = [parse(text) for text in fault or []]
        if family in FOLDERS:
            if faults or baud is not None or parity != "none":
                raise WrongSettings(f"a virtual {family} is a folder: it has no line with speed, parity or faults")
            _perform(voice(family, scene), OneWireFolder(Path(port)))
            return
        terminal = FaultyTerminal(Path(port), _line(family, baud, parity), faults=faults, seed=seed)
        _perform(voice(family, scene), terminal)


def _line(family: str, baud: int | None, parity: Parity) -> "Line | None":
    from firmware_bridge.registry import Line
    from firmware_bridge.verbs.terminal import config

    if baud is None and parity == "none":
        return None
    config(baud=baud, port="any")  # refuses what no line can be
    return Line(baud or _usual_baud(family), parity, 7 if parity != "none" else 8)


def _usual_baud(family: str) -> int:
    from firmware_bridge.registry import Line, registry

    return (registry().get(family).lines or (Line(),))[0].baud


def _perform(speaker: "Voice", terminal: "Terminal") -> None:
    import signal
    from threading import Event

    from firmware_bridge.simulated.voices import speak

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    terminal.open()
    try:
        typer.echo(f"ready {terminal.name}")
        sys.stdout.flush()
        speak(speaker, terminal, stop)
    finally:
        terminal.close()
