"""Verbs about data sets. Each imports what it needs when it runs."""

import typer

from models.errors import ModelsError
from models.training.terminal import Dataset, plain_errors


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
