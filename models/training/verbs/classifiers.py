"""Verbs that make and measure classifiers. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from models.training.verbs.terminal import Out, Seed, Threads, plain_errors


def train_classifier(
    folder: Annotated[Path, typer.Argument(help="holds train/<class> and val/<class>, a folder of pictures each")],
    weights: Annotated[Path, typer.Option(help="YOLO26 checkpoint (.pt) of a detector or classifier to start from")],
    out: Out,
    epochs: Annotated[int, typer.Option(min=1)] = 30,
    size: Annotated[int, typer.Option(help="side of what the network sees, pixels, a multiple of 32")] = 224,
    batch: Annotated[int, typer.Option(min=1)] = 32,
    learning_rate: Annotated[float, typer.Option(min=1e-6, max=0.1)] = 1e-3,
    upright: Annotated[bool, typer.Option("--upright", help="never turn pictures upside down")] = False,
    seed: Seed = 0,
    threads: Threads = 2,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run in --out")] = False,
) -> None:
    """Fine-tune a classifier, offline, on a folder per class. The result is <out>/weights/last.pt."""
    with plain_errors():
        from models.training.teach.classify import AUGMENTATION, UPRIGHT, ClassifierPlan
        from models.training.teach.classify import train_classifier as run

        augmentation = UPRIGHT if upright else AUGMENTATION
        plan = ClassifierPlan(
            folder, weights, out, epochs, size, batch, seed, threads, learning_rate, dict(augmentation)
        )
        typer.echo(f"trained: {run(plan, resume=resume)}")


def evaluate_classifier(
    network: Annotated[Path, typer.Argument(help="the .onnx, with its card beside it")],
    folder: Annotated[list[Path], typer.Argument(help="one or more folders that hold a folder of pictures per class")],
    choose: Annotated[bool, typer.Option("--choose", help="choose temperature and not-sure limit here first")] = False,
    target: Annotated[float, typer.Option(min=0.5, max=1, help="accuracy --choose wants of sure answers")] = 0.97,
    write: Annotated[bool, typer.Option("--write", help="write rule and figures onto the card")] = False,
    warm: Annotated[bool, typer.Option("--warm", help="show the pictures as under a warm lamp")] = False,
    threads: Threads = 2,
) -> None:
    """Measure a classifier through the light runtime; `<data set>/<split>` is how a folder is called on the card."""
    with plain_errors():
        from models.card import card_path, read_classifier_card, write_card
        from models.training.measure import judging

        card = read_classifier_card(card_path(network))
        lamp = judging.WARM_LAMP if warm else judging.DAYLIGHT
        heard = {item: judging.listen(network, item, threads=threads, lamp=lamp) for item in folder}
        if choose:
            card = judging.with_rule(card, list(heard.values()), accuracy=target)
            typer.echo(f"temperature {card.answer.temperature}, not sure below {card.answer.not_sure_below}")
        rows = [
            judging.score_row(
                said, card, dataset=item.absolute().parent.name, split=item.name + (" in warm light" if warm else "")
            )
            for item, said in heard.items()
        ]
        for row, said in zip(rows, heard.values(), strict=True):
            typer.echo(row.model_dump_json(exclude_none=True))
            typer.echo(judging.confusion_table(said, card.classes))
        if write:
            write_card(judging.with_class_scores(card, rows), network)


def droppings(
    photos: Annotated[Path, typer.Argument(help="folder with train/<class> and val/<class> of droppings")],
    flock: Annotated[Path, typer.Option(help="folder of bird pictures with images/train and images/val")],
    out: Out,
    others: Annotated[Path | None, typer.Option(help="folder of pictures of anything else")] = None,
    seed: Seed = 0,
) -> None:
    """Make the training folder of the droppings network: splits, swapped grounds, pictures without droppings."""
    with plain_errors():
        from models.training.teach.droppings import DroppingsPlan, write_droppings

        for name, count in sorted(write_droppings(DroppingsPlan(photos, flock, out, others, seed)).items()):
            typer.echo(f"{name}: {count}")


def postures(
    sprites: Annotated[Path, typer.Argument(help="folder of rendered birds (python -m models.training.blender)")],
    flock: Annotated[Path, typer.Option(help="folder of labelled pictures: images and labels, train and val")],
    out: Out,
    each: Annotated[int, typer.Option(min=6, help="crops of rendered birds per posture")] = 1200,
    real: Annotated[int, typer.Option(min=0, help="crops of real birds per posture")] = 300,
    skip: Annotated[Path | None, typer.Option(help="list of file stems whose birds come out badly")] = None,
    seed: Seed = 0,
) -> None:
    """Make the training folder of the posture network: crops of standing, sitting and lying birds."""
    with plain_errors():
        from models.training.teach.postures import PosturePlan, write_postures

        left_out = frozenset(skip.read_text(encoding="utf-8").split()) if skip else frozenset[str]()
        plan = PosturePlan(sprites, flock, out, left_out, seed, each, real)
        for name, count in sorted(write_postures(plan).items()):
            typer.echo(f"{name}: {count}")


def crops(
    dataset: Annotated[Path, typer.Argument(help="YAML of a data set whose classes are what birds look like")],
    out: Out,
    margin: Annotated[float, typer.Option(min=0, max=2, help="share of a bird's longer side kept around it")] = 0.2,
    smallest: Annotated[int, typer.Option(min=1, help="leave out birds with a shorter side, pixels")] = 20,
) -> None:
    """Cut every labelled bird out of a data set into <out>/<split>/<class>, ready for train-classifier."""
    with plain_errors():
        from models.training.teach.appearance import write_labelled_crops

        for name, count in sorted(write_labelled_crops(dataset, out, margin=margin, smallest_px=smallest).items()):
            typer.echo(f"{name}: {count}")
