"""henwise-bridge: find, read, record, adjust and simulate instruments, without the rest of Henwise.

Only the list of verbs; they live in `firmware_bridge.verbs`, which import what a verb needs when it runs.
"""

import typer

from firmware_bridge.verbs import adjusting, looking, recordings, simulating

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Instruments on serial lines: find, read, record, decode, adjust, simulate.",
)

app.command(name="list")(looking.list_ports)
for verb in (
    looking.probe,
    looking.families,
    looking.read,
    recordings.record,
    recordings.decode,
    adjusting.tare,
    adjusting.zero,
    adjusting.calibrate,
    simulating.simulate,
):
    app.command()(verb)
