"""Verbs that make networks; they need the extra `train`, or `convert`. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from models.training.verbs.terminal import Dataset, Out, Seed, Threads, plain_errors


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
        from models.training.teach.train import TrainPlan
        from models.training.teach.train import train as run

        plan = TrainPlan(dataset, weights, out, epochs, size, batch, seed, threads, learning_rate)
        typer.echo(f"trained: {run(plan, resume=resume)}")


def export(
    checkpoint: Annotated[Path, typer.Argument(help="last.pt of a run")],
    about: Annotated[Path, typer.Option(help="TOML: what the card says (models/recipes/chicken-v3.toml)")],
    out: Out,
) -> None:
    """Write a network (.onnx) and its card from a checkpoint of your own."""
    with plain_errors():
        from models.training.teach.export import export as write

        write(checkpoint, about, out)
        typer.echo(f"written: {out} and its card; measure it with henwise-models evaluate")


def average(
    checkpoints: Annotated[list[Path], typer.Argument(help="last.pt of runs, one trained on from the other")],
    out: Out,
) -> None:
    """Write the mean of several checkpoints' weights as a checkpoint: measure whether it is better than each."""
    with plain_errors():
        from models.training.teach.average import average as write

        write(checkpoints, out)
        typer.echo(f"written: {out}")


def convert_network(
    network: Annotated[Path, typer.Argument(help="the .onnx, with its card beside it")],
    form: Annotated[str, typer.Option("--format", help="ncnn or litert; the other back ends read the .onnx itself")],
    out: Out,
    size: Annotated[str | None, typer.Option(help="input WxH, multiples of 32; default: the card's")] = None,
) -> None:
    """Convert a detector for NCNN or LiteRT, whose files a device then gets beside the .onnx."""
    with plain_errors():
        from models.training.teach.convert import convert as write
        from models.training.teach.convert import wanted_format, wanted_size

        made = write(network, wanted_format(form), wanted_size(size), out)
        typer.echo(f"written: {', '.join(made.files)} and the card in {out}")
