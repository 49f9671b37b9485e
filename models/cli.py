"""henwise-models: check a data set, draw scenes, train, measure, export, film the demo clip.

Only the list of verbs; they live in `models.training.cli_*`, which import what a verb needs when it runs. Only `train`
and `export` need the extra `train`.
"""

import typer

from models import cli_classify
from models.training import cli_classifiers, cli_data, cli_draw, cli_measure, cli_teach

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Teach and measure Henwise's networks.")

for verb in (
    cli_data.check,
    cli_draw.scenes,
    cli_teach.train,
    cli_teach.export,
    cli_measure.evaluate,
    cli_draw.clip,
    cli_measure.card,
    cli_classify.classify,
    cli_classifiers.droppings,
    cli_classifiers.postures,
    cli_classifiers.crops,
    cli_classifiers.train_classifier,
    cli_classifiers.evaluate_classifier,
):
    app.command()(verb)
