"""``henwise-cloud``: serve, ingest and what is done at a desk; ``--help`` lists the verbs."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from cloud import flock_cli
from cloud.alerts.cli import app as alerts_app
from cloud.backup.cli import app as backup_app
from cloud.broker.cli import app as broker_app
from cloud.config import CloudConfig, load_config
from cloud.devices import app as device_app
from cloud.memory import give_back
from cloud.people_cli import farm_app, house_app, user_app
from cloud.report.cli import app as report_app
from cloud.store.cli import app as store_app
from cloud.verb import ConfigOption, sentences

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Henwise service.")
app.add_typer(user_app, name="user")
app.add_typer(farm_app, name="farm")
app.add_typer(house_app, name="house")
app.add_typer(flock_cli.app, name="flock")
app.add_typer(broker_app, name="broker")
app.add_typer(device_app, name="device")
app.add_typer(backup_app)
app.add_typer(store_app)
app.add_typer(alerts_app)
app.add_typer(report_app)


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Serve pages and API and take in what the edge devices send, until SIGINT or SIGTERM."""
    from cloud.listening import listening

    give_back()
    with sentences():
        settings = load_config(config)
        with listening(settings.http) as listener:
            from cloud.serving import serve as run

            run(settings, listener, typer.echo)


@app.command()
def ingest(config: ConfigOption = None) -> None:
    """Be one more worker that takes in what the edge devices send, beside ``serve``, until SIGINT or SIGTERM."""
    give_back()
    with sentences():
        settings = load_config(config)

        from cloud.serving import log_to_stderr
        from cloud.working import work_until_told

        log_to_stderr()
        asyncio.run(work_until_told(settings))


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from cloud.api.document import api_document
    from cloud.app import create_app

    typer.echo(json.dumps(api_document(create_app(CloudConfig())), indent=2, ensure_ascii=False))


@app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Folder for the demo's data, kept between runs.")] = Path("demo-data"),
    *,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the page is served on this machine.")] = 8080,
    video: Annotated[str | None, typer.Option(help="A video file, rtsp://... or /dev/video0.")] = None,
    age_days: Annotated[int, typer.Option(min=0, max=56, help="Age of the flock at the first start.")] = 28,
) -> None:
    """Run a whole farm on this machine: broker, service, edge agent, virtual scale and thermometer."""
    from cloud.demo.run import run_demo

    with sentences():
        run_demo(home.absolute(), port, video, age_days, typer.echo)


if __name__ == "__main__":
    app()
