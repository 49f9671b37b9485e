"""``henwise-cloud migrate``: series from one store to another, with a bar, compared at the end."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cloud.config import CloudConfig, load_config
from cloud.errors import BadRecord
from cloud.store.columns import DAY_MS
from cloud.store.moving import Move, Moved
from cloud.verb import ConfigOption, sentences

Kind = Literal["embedded", "influx"]

app = typer.Typer()


@app.command()
def migrate(
    source: Annotated[Kind, typer.Argument(help="Where the series are.")],
    target: Annotated[Kind, typer.Argument(help="Where they shall be.")],
    config: ConfigOption = None,
) -> None:
    """Copy all series to another store and compare; stop the service first. May be repeated; deletes nothing.

    Afterwards set series.store. [series] says where InfluxDB is, whichever store is in use.
    """
    with sentences():
        if source == target:
            raise BadRecord(f"series are to move from {source} to {target}: name two different stores")
        moved = _moved(load_config(config), source, target)
        _report(moved)
        if wrong := [one for one in moved if one.wrong]:
            raise BadRecord(
                f"{len(wrong)} series have points that differ in {target}: it holds other values at the same times, "
                "which are not overwritten, or refused them (see the service's log)"
            )


def _moved(settings: CloudConfig, source: Kind, target: Kind) -> list[Moved]:
    from cloud.store.choice import series_store
    from cloud.store.folder import make_data_dir, only_one

    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    make_data_dir(settings.data_dir)
    stores = [series_store(settings, kind) for kind in (source, target)]
    with only_one(settings.data_dir), _bar() as bar:
        try:
            for store in stores:
                store.open()
            task = bar.add_task("days of series", total=None)
            move = Move(
                stores[0],
                stores[1],
                horizon_ms=lambda quantity: settings.series.retention.horizon_ms(quantity, now_ms),
                tick=lambda days: bar.advance(task, days),
            )
            days = move.days()
            bar.update(task, total=sum((last - first) // DAY_MS for first, last in days.values()))
            return list(move.run(days))
        finally:
            for store in stores:
                store.close()


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _report(moved: list[Moved]) -> None:
    table = Table("series", "points", "copied now", "hours left of dropped points", "checksum", "")
    for one in moved:
        state = f"{one.wrong} differ" if one.wrong else "equal"
        table.add_row("/".join(one.key), f"{one.points:,}", f"{one.written:,}", f"{one.hours:,}", one.checksum, state)
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    points, written = sum(one.points for one in moved), sum(one.written for one in moved)
    console.print(f"{len(moved):,} series, {points:,} points, {written:,} of them copied now.")
