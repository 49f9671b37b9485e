"""Verbs that measure networks, without torch. Each imports what it needs when it runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from models.training.terminal import Threads, plain_errors


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


def card(network: Annotated[Path, typer.Argument(help="the .onnx")]) -> None:
    """Show the card of a network after checking that it belongs to the file."""
    with plain_errors():
        from models.card import load_any

        typer.echo(json.dumps(load_any(network)[0].model_dump(mode="json"), indent=2, ensure_ascii=False))
