"""henwise-models: data sets, scenes, training, measuring, export, conversion, classifying and the demo clip.

Only the list of verbs; they live in `models.training.verbs`, which import what a verb needs when it runs. Only `train`,
`average` and `export` need the extra `train`; `convert-network` has its own.
"""

import typer

from models import cli_classify
from models.training.verbs import classifiers, data, draw, measure, teach

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Teach and measure Henwise's networks.")

for verb in (
    data.check,
    data.convert,
    data.split,
    data.dedupe,
    data.show,
    draw.scenes,
    draw.houses,
    teach.train,
    teach.average,
    teach.export,
    teach.convert_network,
    measure.evaluate,
    measure.compare,
    draw.clip,
    measure.card,
    cli_classify.classify,
    classifiers.droppings,
    classifiers.postures,
    classifiers.crops,
    classifiers.train_classifier,
    classifiers.evaluate_classifier,
):
    app.command()(verb)
