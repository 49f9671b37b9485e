"""Verbs about data sets. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from models.errors import ModelsError
from models.training.verbs.terminal import SCENE_RULES, Dataset, Out, Seed, Threads, names, plain_errors, progress

Source = Annotated[Path, typer.Argument(help="YAML of a data set, or a folder of pictures")]
Share = Annotated[float, typer.Option(min=0, max=0.9)]


def check(dataset: Dataset) -> None:
    """Check a data set: pictures that can't be read, missing or wrong labels, counts."""
    with plain_errors():
        from models.training.data.dataset import check_split
        from models.training.data.layout import read_layout

        layout = read_layout(dataset)
        wrong = 0
        for name in layout.named:
            report = check_split(layout.split(name), classes=len(layout.classes), step=progress(name))
            typer.echo(f"{name}: {report.pictures} pictures, {report.boxes} boxes, {report.empty} without birds")
            for problem in report.problems:
                typer.echo(f"  {problem}")
            wrong += len(report.problems)
        if wrong:
            raise ModelsError(f"{wrong} problems found")


def convert(
    source: Annotated[Path, typer.Argument(help="COCO .json, folder of Pascal VOC .xml, or YOLO .yaml")],
    out: Out,
    kind: Annotated[Literal["auto", "coco", "voc", "yolo"], typer.Option("--from", help="form of the source")] = "auto",
    pictures: Annotated[Path | None, typer.Option(help="folder of the pictures, if not near the source")] = None,
    split: Annotated[Literal["train", "val", "test"], typer.Option(help="what a COCO or VOC set is to be")] = "train",
    classes: Annotated[str | None, typer.Option(help="classes to keep, with commas; default: all")] = None,
    as_one: Annotated[str | None, typer.Option("--as", help="one class for all boxes, such as chicken")] = None,
    force: Annotated[bool, typer.Option("--force", help="overwrite what is there")] = False,
) -> None:
    """Turn a data set in COCO, Pascal VOC or YOLO form (polygons, turned boxes) into plain YOLO boxes."""
    with plain_errors():
        from models.training.data.convert import kind_of, read_any, write_yolo

        known = kind_of(source) if kind == "auto" else kind
        readings = read_any(source, kind=known, pictures=pictures, split=split)
        done = write_yolo(readings, out, classes=names(classes), as_one=as_one, force=force, walk=progress)
        typer.echo(f"{done.file}: {done.pictures} pictures, {done.boxes} boxes, classes {', '.join(done.classes)}")
        for number, what in ((done.dropped, "outside their picture"), (done.crowds, "around crowds")):
            if number:
                typer.echo(f"  {number} boxes {what} left out")
        for problem in done.problems:
            typer.echo(f"  {problem}")
        if done.problems:
            raise ModelsError(f"{len(done.problems)} problems found; the rest is converted")


def split(
    source: Source,
    out: Out,
    scene: Annotated[str, typer.Option(help=f"pictures that stay together: {SCENE_RULES}")] = "look",
    val: Share = 0.2,
    test: Share = 0.0,
    seed: Seed = 0,
) -> None:
    """Copy labelled pictures into a new data set with train and val, no scene on both sides."""
    with plain_errors():
        from models.training.data.split import split_dataset

        if not 0 < val + test < 1:
            raise ModelsError("--val and --test together must lie above 0 and below 1")
        shares = {"train": 1 - val - test, "val": val, "test": test}
        done = split_dataset(source, out, shares, rule=scene, seed=seed, walk=progress)
        counts = ", ".join(f"{name} {number}" for name, number in done.pictures.items())
        typer.echo(f"{done.file}: {done.scenes} scenes; pictures: {counts}")
        if done.unlabelled:
            typer.echo(f"  {len(done.unlabelled)} pictures without a label file left out, first {done.unlabelled[0]}")


def dedupe(
    source: Source,
    distance: Annotated[int, typer.Option(min=0, max=20, help="bits of 64 in which copies may differ")] = 6,
    move: Annotated[Path | None, typer.Option(help="folder for all but one of each group; nothing is deleted")] = None,
) -> None:
    """Find pictures that are there twice, also scaled, re-encoded, flipped or turned."""
    with plain_errors():
        from models.training.data.gather import gather
        from models.training.data.twins import find_twins, move_spare

        twins = find_twins(gather(source)[1], distance=distance, step=progress("pictures"))
        for pair in twins.pairs:
            typer.echo(f"{pair.distance:2} {twins.pictures[pair.first].picture} {twins.pictures[pair.second].picture}")
        typer.echo(
            f"{len(twins.pictures)} pictures, {len(twins.pairs)} pairs, {twins.across()} of them across splits; "
            f"{len(twins.spare)} pictures could go"
        )
        if move is not None:
            typer.echo(f"{move_spare(twins, move)} files moved to {move}")


def show(
    dataset: Dataset,
    out: Annotated[Path, typer.Option("--out", help="JPEG to write")],
    split: Annotated[Literal["train", "val", "test"], typer.Option(help="pictures to show")] = "train",
    count: Annotated[int, typer.Option(min=1, max=400, help="pictures on the sheet")] = 24,
    columns: Annotated[int, typer.Option(min=1, max=20)] = 6,
    worst: Annotated[bool, typer.Option("--worst", help="the pictures a network got most wrong")] = False,
    network: Annotated[Path | None, typer.Option(help="that network (.onnx); default: the shipped one")] = None,
    seed: Seed = 0,
    threads: Threads = 2,
) -> None:
    """Draw a sheet of pictures with their boxes: some at random, or those that a network got most wrong."""
    with plain_errors():
        from models.training.data.annotated import write_jpeg
        from models.training.data.layout import read_layout
        from models.training.data.show import random_cells, sheet, worst_cells

        if network is not None and not worst:
            raise ModelsError("--network is looked at with --worst only")
        layout, step = read_layout(dataset), progress(dataset.stem)
        if worst:
            cells = worst_cells(layout, split, network, count=count, threads=threads, step=step)
        else:
            cells = random_cells(layout, split, count=count, seed=seed)
        write_jpeg(out, sheet(cells, columns=columns))
        typer.echo(f"{out}: {len(cells)} pictures")
