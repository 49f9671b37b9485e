"""``henwise-cloud backup`` and ``henwise-cloud restore``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cloud.backup.archive import Told
from cloud.config import load_config
from cloud.verb import ConfigOption, sentences

app = typer.Typer()


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="New folder, or new file that ends in .tar.")],
    config: ConfigOption = None,
) -> None:
    """Write everything to a folder or tar file, while the service runs."""
    from cloud.backup.taking import take

    with sentences(), _bars() as told:
        manifest = take(load_config(config), target, told)
    taken = sum(entry.rows for entry in manifest.tables.values())
    typer.echo(f"{target}: {taken} rows, {manifest.series} series, {manifest.pictures} pictures.")
    if manifest.days_without_points:
        typer.echo(f"Of {manifest.days_without_points} days of a series only roll-ups were left; those are not in it.")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(exists=True, help="A backup.")],
    config: ConfigOption = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help="records, series or pictures; may be given again.")] = None,
) -> None:
    """Restore a backup into empty stores, of the kind it was taken from or another, and compare."""
    from cloud.backup.restoring import PARTS, restore

    parts = tuple(part for part in PARTS if not only or part in only)
    if len(parts) < len(set(only or [])):
        raise typer.BadParameter(f"--only takes {', '.join(PARTS)}")
    with sentences(), _bars() as told:
        manifest = restore(load_config(config), source, told, parts)
    typer.echo(f"Restored and compared: {', '.join(parts)}, as of Henwise {manifest.version}.")


@contextmanager
def _bars() -> Iterator[Told]:
    """Show a bar for each thing that is being done, where a person looks on."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield told
