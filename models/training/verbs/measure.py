"""Verbs that measure networks, without torch. Each imports what it needs when it runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from models.errors import ModelsError
from models.training.verbs.terminal import SCENE_RULES, Seed, Threads, names, plain_errors, progress

if TYPE_CHECKING:
    from models.training.measure.evaluate import Seen, Taken, View

Datasets = Annotated[list[Path], typer.Argument(help="YAML of one or more data sets (docs/evaluating.md)")]
Split = Annotated[Literal["val", "test", "train"], typer.Option(help="pictures to measure on")]
Classes = Annotated[str | None, typer.Option(help="classes that count as birds, with commas; default: all of the set")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document (docs/evaluation.schema.json)")]
AtScore = Annotated[float | None, typer.Option("--score", min=0.02, max=0.99, help="threshold; default: the card's")]


def evaluate(
    dataset: Datasets,
    network: Annotated[
        Path | None, typer.Option(help="the .onnx, its card beside it; default: the shipped one")
    ] = None,
    split: Split = "val",
    score: AtScore = None,
    classes: Classes = None,
    as_json: Json = False,
    choose: Annotated[bool, typer.Option("--choose", help="only find the threshold with the best F1")] = False,
    write: Annotated[bool, typer.Option("--write", help="write the figures onto the card of --network")] = False,
    tiles: Annotated[
        Literal["auto", "off", "close"], typer.Option(help="small birds again, larger: as needed, never, always")
    ] = "auto",
    size: Annotated[
        int | None, typer.Option(min=32, max=4096, help="longest side of the input; default: the card's")
    ] = None,
    backend: Annotated[
        str, typer.Option(help="what runs the network: onnx, openvino, ncnn, litert, tensorrt")
    ] = "onnx",
    save: Annotated[Path | None, typer.Option(help="folder for pictures with right, false and missed boxes")] = None,
    by_source: Annotated[bool, typer.Option(help="show figures by source")] = True,
    by_size: Annotated[bool, typer.Option(help="show figures by size of the birds")] = True,
    threads: Threads = 2,
) -> None:
    """Measure a network on labelled pictures: how well it finds birds, and how well it counts them."""
    with plain_errors():
        from models.card import card_path, read_card, write_card
        from models.runtime import SHIPPED
        from models.training.measure import evaluate as measuring

        view = measuring.View(size_px=size, tiles=tiles, backend=backend)
        fixed = bool(write or save or score is not None)
        refuse_odd(view, choose=choose, fixed=fixed, writing=write, unnamed=network is None)
        weights = network or SHIPPED
        card = read_card(card_path(weights))
        limit = card.thresholds.score if score is None else score
        sets = take_all(dataset, weights, split, names(classes), threads, saver(save, limit), view=view, score=limit)
        if choose:
            best = measuring.best_score([[item.judged for item in taken.looked] for taken in sets])
            typer.echo(json.dumps({"best_score": best}) if as_json else f"best threshold: {best}")
            return
        document = measuring.evaluation(weights, card, sets, score=score, view=view)
        if as_json:
            typer.echo(document.model_dump_json(indent=1))
        else:
            from models.training.measure.tables import print_evaluation

            print_evaluation(document, sources=by_source, sizes=by_size)
        if write:
            written = write_card(measuring.with_scores(card, measuring.scores_of(document)), weights)
            typer.echo(f"figures written onto {written}", err=True)


def refuse_odd(view: "View", *, choose: bool, fixed: bool, writing: bool, unnamed: bool) -> None:
    """Refuse options that do not go together.

    Raises:
        ModelsError: saying which.
    """
    if choose and fixed:
        raise ModelsError("--choose only finds a threshold: leave --score, --write and --save to the next run")
    if writing and (view.size_px, view.tiles, view.backend) != (None, "auto", "onnx"):
        raise ModelsError("a card tells figures without --tiles, --size and --backend: leave them away to --write")
    if writing and unnamed:
        raise ModelsError("--write changes the card of a network of your own: name it with --network")
    if view.size_px is not None and view.size_px % 32:
        raise ModelsError(f"--size must be a multiple of 32, not {view.size_px}")


def compare(
    a: Annotated[Path, typer.Argument(help="the one network (.onnx)")],
    b: Annotated[Path, typer.Argument(help="the other network (.onnx)")],
    dataset: Datasets,
    split: Split = "val",
    score: AtScore = None,
    classes: Classes = None,
    scene: Annotated[str | None, typer.Option(help=f"pictures that belong together: {SCENE_RULES}")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (docs/comparison.schema.json)")] = False,
    seed: Seed = 0,
    threads: Threads = 2,
) -> None:
    """Hold two networks against each other on the same pictures, and tell gain from luck."""
    with plain_errors():
        from models.card import card_path, read_card
        from models.training.measure.evaluate import compare_sets

        cards = [read_card(card_path(path)) for path in (a, b)]
        limits = [card.thresholds.score if score is None else score for card in cards]
        both = [
            take_all(dataset, path, split, names(classes), threads, None, quiet=path == b, score=limit)
            for path, limit in zip((a, b), limits, strict=True)
        ]
        document = compare_sets((a, b), cards, limits, both, scene=scene, seed=seed)
        if as_json:
            typer.echo(document.model_dump_json(indent=1))
        else:
            from models.training.measure.tables import print_comparison

            print_comparison(document)


def take_all(
    datasets: list[Path],
    weights: Path,
    split: str,
    classes: list[str] | None,
    threads: int,
    seen: "Seen | None",
    *,
    quiet: bool = False,
    view: "View | None" = None,
    score: float | None = None,
) -> list["Taken"]:
    """Let a network look at a split of several data sets, and say what was left out."""
    from models.training.data.layout import read_layout
    from models.training.measure.evaluate import AS_CARD, open_unfiltered, take

    wrong = next((path for path in datasets if path.suffix == ".onnx"), None)
    if wrong:
        raise ModelsError(f"{wrong} is a network: name it with --network; the argument is the YAML of a data set")
    layouts = [read_layout(path) for path in datasets]
    detector = open_unfiltered(weights, threads=threads, view=view or AS_CARD, score=score)
    sets = [
        take(detector, layout, split, classes=classes, step=progress(layout.file.stem), seen=seen) for layout in layouts
    ]
    detector.close()
    for taken in [] if quiet else sets:
        tell_left_out(taken)
    return sets


def tell_left_out(taken: "Taken") -> None:
    """Say on standard error which pictures were not judged."""
    name, missing = taken.layout.file, taken.left_out.unlabelled
    if missing:
        typer.echo(
            f"{name}: {len(missing)} pictures have no label file and are left out, first {missing[0]} "
            "(a picture without birds needs an empty label file)",
            err=True,
        )
    for problem in taken.left_out.problems:
        typer.echo(f"{name}: left out: {problem}", err=True)


def saver(folder: Path | None, score: float) -> "Seen | None":
    """Give what writes each judged picture with its boxes into a folder; None without a folder.

    Raises:
        ModelsError: the folder holds something already.
    """
    if folder is None:
        return None
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelsError(f"{folder} holds something already: give --save a new or empty folder")
    from itertools import count

    from models.training.data.annotated import draw_judged, write_jpeg
    from models.training.measure.looking import Looked, Truth

    numbers = count(1)

    def save(truth: Truth, looked: Looked) -> None:
        path = folder / f"{next(numbers):05d}-{truth.picture.stem}.jpg"
        write_jpeg(path, draw_judged(truth.frame, looked, score=score))

    return save


def card(network: Annotated[Path, typer.Argument(help="the .onnx")]) -> None:
    """Show the card of a network after checking that it belongs to the file."""
    with plain_errors():
        from models.card import load_any

        typer.echo(json.dumps(load_any(network)[0].model_dump(mode="json"), indent=2, ensure_ascii=False))
