"""What the verbs of henwise-models share at a terminal: arguments of the same name, and refusals as sentences."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer
from rich.console import Console
from rich.progress import track

from models.errors import ModelsError

Dataset = Annotated[Path, typer.Argument(help="YAML of a data set: path, train, val, names (docs/training.md)")]
Out = Annotated[Path, typer.Option("--out", help="folder or file to write")]
Seed = Annotated[int, typer.Option("--seed", help="seed of everything random")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="processor threads")]
SCENE_RULES = "word (of the file name, up to _), folder, look (alike pictures) or a regular expression"

Item = TypeVar("Item")


class Step(Protocol):
    """Walks through a list."""

    def __call__(self, items: Sequence[Item], /) -> Iterable[Item]:
        """Yield the items in their order."""
        ...


Progress = Callable[[str], Step]
"""Gives a walk that shows how far it is, under a name; `progress` is one."""


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


def progress(what: str) -> Step:
    """Give a walk through a list with a bar on the terminal; silent where there is none (files, pipes, services)."""

    def step(items: Sequence[Item]) -> Iterable[Item]:
        console = Console(stderr=True)
        return track(items, description=what, console=console, disable=not console.is_terminal, transient=True)

    return step


def names(words: str | None) -> list[str] | None:
    """Split names at commas."""
    return [word.strip() for word in words.split(",") if word.strip()] if words else None
