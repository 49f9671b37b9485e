"""henwise-models: data sets, scenes, training, measuring, export, conversion, classifying and the demo clip.

Only the list of verbs; they live in `models.training.cli_*`, which import what a verb needs when it runs. Only `train`
and `export` need the extra `train`; `convert-network` has its own.
"""

import typer

from models import cli_classify
from models.training import cli_classifiers, cli_data, cli_draw, cli_measure, cli_teach

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Teach and measure Henwise's networks.")

for verb in (
    cli_data.check,
    cli_data.convert,
    cli_data.split,
    cli_data.dedupe,
    cli_data.show,
    cli_draw.scenes,
    cli_draw.houses,
    cli_teach.train,
    cli_teach.export,
    cli_teach.convert_network,
    cli_measure.evaluate,
    cli_measure.compare,
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
