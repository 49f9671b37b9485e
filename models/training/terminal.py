"""What the verbs of henwise-models share at a terminal: arguments of the same name, and refusals as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from models.errors import ModelsError

Dataset = Annotated[Path, typer.Argument(help="YAML of a data set: path, train, val, names (docs/training.md)")]
Out = Annotated[Path, typer.Option("--out", help="folder or file to write")]
Seed = Annotated[int, typer.Option("--seed", help="seed of everything random")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="processor threads")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print a refusal as one sentence and end with status 1."""
    try:
        yield
    except ModelsError as error:
        typer.echo(f"henwise-models: {error}", err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"henwise-models: {error.filename or 'file'}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
