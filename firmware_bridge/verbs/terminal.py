"""What the verbs of henwise-bridge share at a terminal: options of the same name, refusals as sentences, tables."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firmware_bridge.config import MassUnit, Parity

if TYPE_CHECKING:
    from firmware_bridge.config import InstrumentConfig

PortOption = Annotated[str, typer.Option(help="/dev/serial/by-id/..., tcp://host:port or replay://file")]
BaudOption = Annotated[int | None, typer.Option(help="bit/s; left out: as the family is shipped")]
ParityOption = Annotated[Parity | None, typer.Option(help="left out: as the family is shipped")]
UnitOption = Annotated[MassUnit, typer.Option(help="scales: what the indicator displays")]
DecimalsOption = Annotated[
    int | None, typer.Option(min=0, max=4, help="scales that leave the point out: digits after it on the display")
]
AddressOption = Annotated[int | None, typer.Option(help="its address, where it has one; left out: as it is shipped")]
ProfileOption = Annotated[Path | None, typer.Option(help="family modbus: your profile file")]
CalibrationOption = Annotated[Path | None, typer.Option(help="family node: what `calibrate` wrote")]
JsonOption = Annotated[bool, typer.Option("--json", help="for machines: one JSON object a line")]

WIDTH = 160
"""Columns when the output is not a terminal."""


@contextmanager
def sentences() -> Iterator[None]:
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


def config(**settings: object) -> "InstrumentConfig":
    """Make a configuration of what was given. Raises WrongSettings, naming the option."""
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


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table."""
    import sys

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # names of ports may have brackets: no markup
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(table)
