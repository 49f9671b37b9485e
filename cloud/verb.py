"""What every verb of ``henwise-cloud`` has: where its configuration is, and errors as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import HenwiseError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file; HENWISE_... variables override it.")
]


@contextmanager
def sentences() -> Iterator[None]:
    """Turn our own errors into one line and a bad exit code."""
    try:
        yield
    except HenwiseError as error:
        typer.echo(f"henwise-cloud: {error}", err=True)
        raise typer.Exit(1) from error
