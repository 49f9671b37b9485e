"""Verbs that change an instrument, or what is known of it: tare, zero, calibrate."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firmware_bridge.verbs.terminal import (
    AddressOption,
    BaudOption,
    JsonOption,
    ParityOption,
    PortOption,
    UnitOption,
    config,
    print_table,
    sentences,
)

if TYPE_CHECKING:
    from firmware_bridge.config import InstrumentConfig
    from firmware_bridge.device import Device
    from firmware_bridge.node.calibration import Point
    from firmware_bridge.node.listening import Heard

Family = Annotated[str, typer.Argument(help="see `henwise-bridge families`")]


def tare(
    family: Family,
    *,
    port: PortOption,
    baud: BaudOption = None,
    parity: ParityOption = None,
    address: AddressOption = None,
    unit: UnitOption = "kg",
    as_json: JsonOption = False,
) -> None:
    """Tell a scale that what lies on it now is nothing: it sends net from now on."""
    with sentences():
        configured = config(family=family, port=port, baud=baud, parity=parity, address=address, unit=unit)
        _adjusted(configured, "tare", as_json=as_json)


def zero(
    family: Family,
    *,
    port: PortOption,
    baud: BaudOption = None,
    parity: ParityOption = None,
    address: AddressOption = None,
    unit: UnitOption = "kg",
    as_json: JsonOption = False,
) -> None:
    """Tell a scale that its platform is empty now."""
    with sentences():
        configured = config(family=family, port=port, baud=baud, parity=parity, address=address, unit=unit)
        _adjusted(configured, "zero", as_json=as_json)


def _adjusted(configured: "InstrumentConfig", what: str, *, as_json: bool) -> None:
    from firmware_bridge.device import Adjustable
    from firmware_bridge.errors import WrongSettings
    from firmware_bridge.registry import build

    device = build(configured)
    if not isinstance(device, Adjustable):
        raise WrongSettings(f"{configured.family} takes no command to {what}; use the key on the instrument")
    device.open()
    try:
        before = _values(device)
        {"tare": device.tare, "zero": device.zero}[what]()
        after = device.read().values
    finally:
        device.close()
    if as_json:
        typer.echo(json.dumps({"done": what, "before": before, "now": after}))
        return
    for key in after:
        was = f"{before[key]:.0f}" if key in before else "no weight"
        typer.echo(f"{key}: {was} before, {after[key]:.0f} now")


def _values(device: "Device") -> dict[str, float]:
    """Return what it says now; nothing when that is no weight: some weigh only once they have been zeroed."""
    from firmware_bridge.errors import BadValue

    try:
        return device.read().values
    except BadValue:
        return {}


def calibrate(
    out: Annotated[Path, typer.Argument(help="where the calibration is kept; name it in edge.toml")],
    *,
    port: PortOption,
    mass: Annotated[
        list[float] | None, typer.Option(min=0, help="grams of each known mass, 0 for the empty platform")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="how long to listen at each mass")] = 5,
    cells: Annotated[str, typer.Option(help="load cells of this platform, as 0,1; all when left out")] = "",
    force: Annotated[bool, typer.Option("--force", help="replace a calibration that is there")] = False,
    as_json: JsonOption = False,
) -> None:
    """Teach the load cells of our own node what known masses weigh; asks for each mass to be put on.

    With one cell in the middle two masses will do, 0 and one near a grown bird. With a cell in each corner put the same
    mass over each corner in turn: then every cell gets its own factor, else all share one.
    """
    from datetime import UTC, datetime

    from firmware_bridge.errors import WrongSettings
    from firmware_bridge.node.calibration_file import Calibration, save

    with sentences():
        if out.exists() and not force:
            raise WrongSettings(f"{out} exists already; give --force to replace it")
        if not out.parent.is_dir():
            raise WrongSettings(f"{out.parent} is no folder; make it first, or give another name")
        chosen = _cells(cells)
        points, heard = _points(port, mass or [0.0], seconds, chosen, ask=mass is None)
        kept = Calibration.of(points, made_at=datetime.now(UTC), machine=heard.machine, source=heard.input)
        save(out, kept)
        fit = kept.fit()
        if as_json:
            found = [{"grams": one.grams, "found_grams": fit.grams(one.counts)} for one in points]
            typer.echo(json.dumps({"file": str(out), "worst_grams": fit.worst_grams, "points": found}))
            return
        print_table(
            ("mass, g", "found, g", "off, g"),
            [
                (f"{one.grams:g}", f"{fit.grams(one.counts):.1f}", f"{fit.grams(one.counts) - one.grams:+.1f}")
                for one in points
            ],
        )
        typer.echo(f'{out}: worst point {fit.worst_grams:.1f} g off; write calibration = "{out}" into edge.toml')


def _cells(text: str) -> tuple[int, ...]:
    from firmware_bridge.errors import WrongSettings

    parts = [part.strip() for part in text.split(",")] if text else []
    if not all(part.isdecimal() for part in parts):
        raise WrongSettings(f"--cells: {text!r} is no list of load cells; write 0 or 0,1")
    return tuple(int(part) for part in parts)


def _points(
    port: str, masses: list[float], seconds: float, cells: tuple[int, ...], *, ask: bool
) -> "tuple[list[Point], Heard]":
    """Walk the user through the masses; with ``ask`` until an empty answer."""
    from firmware_bridge.node.calibration import point
    from firmware_bridge.node.families import node_line
    from firmware_bridge.node.listening import listen

    points: list[Point] = []
    waiting = list(masses)
    while waiting:
        grams = waiting.pop(0)
        typer.prompt(_wanted(grams), default="", show_default=False, prompt_suffix=" ", err=True)
        heard = listen(node_line(port), seconds, cells=cells)
        points.append(point(grams, heard.readings, celsius=heard.celsius))
        if ask and (given := _next_mass(len(points))):
            waiting.append(given)
    return points, heard


def _wanted(grams: float) -> str:
    what = "Empty the platform" if grams == 0 else f"Put {grams:g} g on the platform"
    return f"{what}, let nothing touch it, and press Enter."


def _next_mass(taken: int) -> float | None:
    """Ask until the answer is a mass or nothing: a slip must not cost the points that were taken."""
    from firmware_bridge.node.calibration import GRAMS_MOST

    enough = " (Enter: that was all)" if taken > 1 else ""
    asked = f"Next known mass in grams{enough}:"
    while answer := typer.prompt(asked, default="", show_default=False, prompt_suffix=" ", err=True):
        try:
            grams = float(answer)
        except ValueError:
            grams = math.nan
        if 0 <= grams <= GRAMS_MOST:
            return grams
        typer.echo(f"{answer!r} is no mass in grams, 0 to {GRAMS_MOST:.0f}", err=True)
    return None
