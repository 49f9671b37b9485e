"""The demo's farm: its configuration files and the processes that make it up, in order.

    broker -> virtual scale, virtual thermometer -> service -> edge agent

Each is the very program that runs on a farm; only the instruments are virtual, speaking on pseudo-terminals.
"""

import json
import shutil
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cloud.demo.processes import Part, answers
from cloud.errors import NoBroker

FARM, HOUSE, DEVICE = "demo", "house-1", "edge-1"
BREED = "ross-308"
PLACED_BIRDS = 480


@dataclass(frozen=True, slots=True)
class DemoFarm:
    """What the demo is made of.

    Attributes:
        home: folder for its configuration, data and logs.
        http_port: where the page is served on loopback.
        broker_port: where the broker listens on loopback.
        video: camera source of the edge agent: ``demo`` (the shipped clip), a file, a stream or a device.
        age_days: age of the flock, which decides how heavy the virtual birds are.
        time_zone: IANA name.
        window_s: length of a counting window, in s.
        climate_every_s: how often the thermometer is asked, in s.
    """

    home: Path
    http_port: int
    broker_port: int
    video: str
    age_days: int
    time_zone: str
    window_s: float = 10.0
    climate_every_s: float = 5.0

    @property
    def cloud_toml(self) -> Path:
        """The service's configuration file."""
        return self.home / "cloud.toml"

    @property
    def edge_toml(self) -> Path:
        """The edge agent's configuration file."""
        return self.home / "edge.toml"

    def write_configuration(self) -> None:
        """Write both configuration files."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.cloud_toml.write_text(_CLOUD.format(**self._values()), "utf-8")
        self.edge_toml.write_text(_EDGE.format(**self._values()), "utf-8")

    def _values(self) -> dict[str, str]:
        texts = {
            "cloud_data": str(self.home / "cloud"), "edge_data": str(self.home / "edge"),
            "scale": str(self._port("scale")), "climate": str(self._port("climate")),
            "video": self.video, "zone": self.time_zone,
            "farm": FARM, "house": HOUSE, "device": DEVICE,
        }  # fmt: skip
        numbers = {
            "http": self.http_port,
            "broker": self.broker_port,
            "window": self.window_s,
            "every": self.climate_every_s,
        }
        return {key: json.dumps(value, ensure_ascii=False) for key, value in {**texts, **numbers}.items()}

    def _port(self, name: str) -> Path:
        return self.home / f"{name}.tty"

    def parts(self) -> list[Part]:
        """Return the processes in the order of their start.

        Raises:
            NoBroker: there is no broker to start.
        """
        flock = ["--breed", BREED, "--age-days", str(self.age_days)]
        return [
            Part("broker", broker_command(self.broker_port, self.home), lambda: answers(self.broker_port)),
            self._instrument("scale", "xk3190-a9", flock),
            self._instrument("climate", "xy-md02", flock),
            Part("cloud", [program("henwise-cloud"), "serve", "--config", str(self.cloud_toml)], self._healthy),
            Part("edge", [program("henwise-edge"), "run", str(self.edge_toml)], lambda: True),
        ]

    def _instrument(self, name: str, family: str, flock: list[str]) -> Part:
        port = self._port(name)
        command = [program("henwise-bridge"), "simulate", family, "--port", str(port), *flock]
        return Part(f"virtual {name}", command, port.exists)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/healthz", timeout=1) as answer:
                return bool(json.load(answer)["status"] != "starting")
        except (urllib.error.URLError, OSError, ValueError):
            return False


def program(name: str) -> str:
    """Return the path of one of Henwise's commands, beside the running interpreter or on PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def broker_command(port: int, home: Path) -> list[str]:
    """Return the command of the embedded broker, or of mosquitto where there is none.

    Raises:
        NoBroker: neither is installed.
    """
    if find_spec("iotcore"):
        return [sys.executable, "-m", "cloud.demo.broker", str(port)]
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if not mosquitto:
        raise NoBroker("No MQTT broker here: run 'pip install iotcore' or 'sudo apt-get install mosquitto'")
    configuration = home / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", "utf-8")
    return [mosquitto, "-c", str(configuration)]


_CLOUD = """\
# Written by henwise-cloud demo at each start.
data_dir = {cloud_data}
time_zone = {zone}

[http]
port = {http}

[broker]
port = {broker}

[ingest]
enrol = "open"
"""

_EDGE = """\
# Written by henwise-cloud demo at each start.
data_dir = {edge_data}

[place]
farm = {farm}
house = {house}
device = {device}

[broker]
port = {broker}

[[instruments]]
slug = "scale"
family = "xk3190-a9"
port = {scale}

[[instruments]]
slug = "climate"
family = "xy-md02"
port = {climate}
interval_s = {every}

[[cameras]]
slug = "camera"
source = {video}
window_s = {window}
snapshot_every_s = 10
"""
