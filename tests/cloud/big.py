"""The big installation, of real parts: mosquitto, PostgreSQL, InfluxDB behind nginx, the service and more workers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from cloud.config import CloudConfig
from tests.cloud.service import CloudProcess
from tests.influx_servers import Influx
from tests.postgresql import PostgreSQL
from tests.servers import Mosquitto


@dataclass
class Worker:
    """A real ``henwise-cloud ingest``."""

    service: CloudProcess
    name: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.service.folder / f"{self.name}.log").open("ab") as log:
            command = [sys.executable, "-m", "cloud.cli", "ingest"]
            self.process = subprocess.Popen(command, env=self.service.environ(), stdout=log, stderr=log)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def log(self) -> str:
        return (self.service.folder / f"{self.name}.log").read_text()


@dataclass
class Installation:
    """All parts, started; each can be killed and started again."""

    folder: Path
    broker: Mosquitto
    postgresql: PostgreSQL
    influx: Influx
    records: URL
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = {
            "HENWISE_RECORDS_URL": self.records.render_as_string(),
            "HENWISE_SERIES_STORE": "influx",
            "HENWISE_SERIES_URL": self.influx.url,
            "HENWISE_INGEST_SHARED": "true",
        }
        self.service = CloudProcess(self.folder, self.broker.port, environment=environment)

    @property
    def config(self) -> CloudConfig:
        """What its processes are told."""
        told = {
            "records": {"url": self.records.render_as_string()},
            "series": {"store": "influx", "url": self.influx.url},
        }
        return CloudConfig.model_validate({"data_dir": self.folder / "data", **told})


@contextmanager
def installation(folder: Path, workers: int) -> Iterator[Installation]:
    """Start everything, and leave nothing."""
    for name in ("broker", "influx"):
        (folder / name).mkdir()
    broker, postgresql, influx = Mosquitto(folder / "broker"), PostgreSQL(durable=True), Influx(folder / "influx")
    try:
        broker.start()
        postgresql.make()
        influx.start()
        big = Installation(folder, broker, postgresql, influx, postgresql.database())
        big.workers = [Worker(big.service, f"worker-{number}") for number in range(workers)]
        try:
            big.service.start()
            for worker in big.workers:
                worker.start()
            yield big
        finally:
            for worker in big.workers:
                worker.kill()
            if big.service.process is not None:
                big.service.process.kill()
                big.service.process.wait()
    finally:
        influx.stop()
        postgresql.remove()
        broker.kill()
