"""Verbs that draw: synthetic scenes and the demo clip. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from models.training.verbs.terminal import Out, Seed, plain_errors


def scenes(
    dataset: Annotated[Path, typer.Argument(help="folder with images/<split> and labels/<split> to cut birds from")],
    out: Out,
    count: Annotated[int, typer.Option(min=1, help="scenes to draw")] = 500,
    seed: Seed = 0,
    split: Annotated[str, typer.Option(help="split to cut from and to write")] = "train",
    skip: Annotated[Path | None, typer.Option(help="list of file stems whose birds come out badly")] = None,
) -> None:
    """Draw synthetic flocks with exact boxes, from birds cut out of labelled pictures."""
    with plain_errors():
        from models.training.scenes.flocks import write_scenes
        from models.training.scenes.sprites import harvest

        left_out = frozenset(skip.read_text(encoding="utf-8").split()) if skip else frozenset[str]()
        birds = harvest(dataset / "images" / split, dataset / "labels" / split, skip=left_out)
        typer.echo(f"{len(birds)} birds cut out")
        boxes = write_scenes(out, birds, count=count, seed=seed, split=split)
        typer.echo(f"{count} scenes with {boxes} birds in {out}")


def houses(
    library: Annotated[Path, typer.Argument(help="folder of rendered birds (docs/training.md, Blender)")],
    out: Out,
    count: Annotated[int, typer.Option(min=1, help="houses to draw; each gives two pictures")] = 500,
    first: Annotated[int, typer.Option(min=0, help="number of the first house")] = 0,
    seed: Seed = 0,
    split: Annotated[str, typer.Option(help="split to write")] = "train",
) -> None:
    """Draw whole houses full of rendered birds, with exact boxes; a run that was cut off goes on."""
    with plain_errors():
        from models.training.scenes.houses import write_houses
        from models.training.scenes.library import Library

        birds = Library.open(library)
        typer.echo(f"{len(birds)} rendered birds")
        boxes = write_houses(out, birds, numbers=range(first, first + count), seed=seed, split=split)
        typer.echo(f"{count} houses with {boxes} birds in {out}")


def clip(
    pictures: Annotated[Path, typer.Argument(help="folder images/<split> that holds the pictures of the cast")],
    cast: Annotated[Path, typer.Option(help="list of `picture-stem left|right` (models/recipes/clip-birds.txt)")],
    out: Out,
    seed: Seed = 10,
    length_s: Annotated[int, typer.Option(min=1, help="length of the loop, seconds")] = 24,
) -> None:
    """Film the demo clip and write the true count of each frame beside it (JSON)."""
    with plain_errors():
        from models.training.scenes.casting import cast_birds, read_cast
        from models.training.scenes.clip import ClipPlan, write_clip

        counts = write_clip(ClipPlan(seed=seed, length_s=length_s), cast_birds(pictures, read_cast(cast)), out)
        typer.echo(f"{out}: {len(counts)} frames, {min(counts)} to {max(counts)} birds")
