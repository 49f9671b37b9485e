"""Verbs about recorded lines: take one, and read its frames back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.config import Parity
from firmware_bridge.verbs.terminal import (
    AddressOption,
    DecimalsOption,
    PortOption,
    ProfileOption,
    UnitOption,
    config,
    sentences,
)


def record(
    file: Annotated[Path, typer.Argument(help="where the bytes go; must not exist")],
    port: PortOption,
    baud: Annotated[int, typer.Option(help="bit/s")] = 9600,
    parity: Annotated[Parity, typer.Option()] = "none",
    data_bits: Annotated[int | None, typer.Option(min=7, max=8, help="left out: 7 with parity, 8 without")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="how long to listen")] = 10,
) -> None:
    """Write down what an instrument sends, byte for byte: `decode` and replay:// read it back."""
    from firmware_bridge.errors import LineLost
    from firmware_bridge.link import LineSettings
    from firmware_bridge.recording import record_to

    with sentences():
        config(port=port, baud=baud)  # refuses what no line can be
        settings = LineSettings(port, baud, parity, data_bits=data_bits or (7 if parity != "none" else 8))
        there = file.exists()
        try:
            taken = record_to(file, settings, seconds)
        except LineLost:
            if not there and file.exists():
                typer.echo(f"{file.stat().st_size} bytes in {file}")
            raise
        typer.echo(f"{taken} bytes in {file}")
        if not taken:
            typer.echo("nothing was sent: check the instrument's power, sending mode and wiring", err=True)
            raise typer.Exit(1)


def decode(
    file: Annotated[Path, typer.Argument(help="made by `record`")],
    *,
    family: Annotated[str, typer.Option(help="whose bytes they are, see `henwise-bridge families`")],
    unit: UnitOption = "kg",
    decimals: DecimalsOption = None,
    profile: ProfileOption = None,
    address: AddressOption = None,
) -> None:
    """Print the readings of a recording, one JSON object a line; what was skipped, and why, goes to stderr."""
    from firmware_bridge.reading_back import leaves_point_out, reader
    from firmware_bridge.recording import Gap, explained

    with sentences():
        its = reader(family, unit=unit, decimals=decimals, profile=profile, address=address)
        if decimals is None and leaves_point_out(family):
            typer.echo(f"{family} leaves the point out: taken as 0 digits after it; give --decimals", err=True)
        frames = 0
        for found in explained(file, its):
            if isinstance(found, Gap):
                typer.echo(str(found), err=True)
                continue
            frames += 1
            typer.echo(json.dumps(found))
        typer.echo(f"{frames} frames, {its.bad_frames} bad, {its.skipped_bytes} bytes skipped", err=True)
        if not frames:
            typer.echo(f"{file}: no frame of {family} in it; is it this family's? henwise-bridge probe tells", err=True)
