"""henwise-models: check a data set, draw scenes, train, measure, export, film the demo clip.

Every verb imports what it needs when it runs; only `train` and `export` need the extra `train`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from models.errors import ModelsError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Teach and measure Henwise's networks.")

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


@app.command()
def check(dataset: Dataset) -> None:
    """Check a data set: pictures that can't be read, missing or wrong labels, counts."""
    with plain_errors():
        from models.training.dataset import check_split, read_layout

        layout = read_layout(dataset)
        wrong = 0
        for name, folders in (("train", layout.train), ("val", layout.val)):
            report = check_split(folders, classes=len(layout.classes))
            typer.echo(f"{name}: {report.pictures} pictures, {report.boxes} boxes, {report.empty} without birds")
            for problem in report.problems:
                typer.echo(f"  {problem}")
            wrong += len(report.problems)
        if wrong:
            raise ModelsError(f"{wrong} problems found")


@app.command()
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
        from models.training.scenes import write_scenes
        from models.training.sprites import harvest

        left_out = frozenset(skip.read_text(encoding="utf-8").split()) if skip else frozenset[str]()
        birds = harvest(dataset / "images" / split, dataset / "labels" / split, skip=left_out)
        typer.echo(f"{len(birds)} birds cut out")
        boxes = write_scenes(out, birds, count=count, seed=seed, split=split)
        typer.echo(f"{count} scenes with {boxes} birds in {out}")


@app.command()
def train(
    dataset: Dataset,
    weights: Annotated[Path, typer.Option(help="checkpoint (.pt) to start from")],
    out: Out,
    epochs: Annotated[int, typer.Option(min=1)] = 30,
    size: Annotated[int, typer.Option(help="side of the training pictures, pixels, a multiple of 32")] = 640,
    batch: Annotated[int, typer.Option(min=1)] = 8,
    learning_rate: Annotated[float, typer.Option(min=1e-6, max=0.1)] = 1e-3,
    seed: Seed = 0,
    threads: Threads = 2,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run in --out")] = False,
) -> None:
    """Fine-tune a detector, offline. The result is <out>/weights/last.pt."""
    with plain_errors():
        from models.training.train import TrainPlan
        from models.training.train import train as run

        plan = TrainPlan(dataset, weights, out, epochs, size, batch, seed, threads, learning_rate)
        typer.echo(f"trained: {run(plan, resume=resume)}")


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="last.pt of a run")],
    about: Annotated[Path, typer.Option(help="TOML: what the card says (models/recipes/chicken-v1.toml)")],
    out: Out,
) -> None:
    """Write a network (.onnx) and its card from a checkpoint of your own."""
    with plain_errors():
        from models.training.export import export as write

        write(checkpoint, about, out)
        typer.echo(f"written: {out} and its card; measure it with henwise-models evaluate")


@app.command()
def evaluate(
    network: Annotated[Path, typer.Argument(help="the .onnx, with its card beside it")],
    dataset: Annotated[list[Path], typer.Argument(help="YAML of one or more data sets")],
    score: Annotated[float | None, typer.Option(min=0.02, max=0.99, help="threshold; default: the card's")] = None,
    choose: Annotated[bool, typer.Option("--choose", help="only find the threshold with the best F1")] = False,
    write: Annotated[bool, typer.Option("--write", help="write the figures onto the card")] = False,
    threads: Threads = 2,
) -> None:
    """Measure a network on the val split of data sets, source by source, through the light runtime."""
    with plain_errors():
        from models.card import card_path, read_card, write_card
        from models.training import evaluate as measuring
        from models.training.dataset import read_layout

        detector = measuring.open_unfiltered(network, threads=threads)
        groups = {item: measuring.judge_pictures(detector, read_layout(item).val) for item in dataset}
        pooled = [[one for judged in group.values() for one in judged] for group in groups.values()]
        if choose:
            typer.echo(f"best threshold: {measuring.best_score(pooled)}")
            return
        card = read_card(card_path(network))
        limit = card.thresholds.score if score is None else score
        rows = [
            row
            for item, group in groups.items()
            for row in measuring.scores_of(group, score=limit, dataset=item.stem, split="val")
        ]
        for row in rows:
            typer.echo(row.model_dump_json(exclude_none=True))
        if write:
            write_card(measuring.with_scores(card, rows), network)


@app.command()
def clip(
    pictures: Annotated[Path, typer.Argument(help="folder images/<split> that holds the pictures of the cast")],
    cast: Annotated[Path, typer.Option(help="list of `picture-stem left|right` (models/recipes/clip-birds.txt)")],
    out: Out,
    seed: Seed = 10,
    length_s: Annotated[int, typer.Option(min=1, help="length of the loop, seconds")] = 24,
) -> None:
    """Film the demo clip and write the true count of each frame beside it (JSON)."""
    with plain_errors():
        from models.training.casting import cast_birds, read_cast
        from models.training.clip import ClipPlan, write_clip

        counts = write_clip(ClipPlan(seed=seed, length_s=length_s), cast_birds(pictures, read_cast(cast)), out)
        typer.echo(f"{out}: {len(counts)} frames, {min(counts)} to {max(counts)} birds")


@app.command()
def card(network: Annotated[Path, typer.Argument(help="the .onnx")]) -> None:
    """Show the card of a network after checking that it belongs to the file."""
    with plain_errors():
        from models.card import load_weights

        typer.echo(json.dumps(load_weights(network)[0].model_dump(mode="json"), indent=2, ensure_ascii=False))
