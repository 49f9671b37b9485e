"""Our node in the registry: with a calibration it is a platform, without one the climate. Several share its port."""

from pathlib import Path
from weakref import WeakKeyDictionary

from firmware_bridge.config import REPLAY, InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.node.shared_line import NodeLine
from firmware_bridge.registry import Family, Line

FAMILY = "node"
LINES = (Line(115200),)
LOAD_TIMEOUT_S = 2.0
CLIMATE_TIMEOUT_S = 12.0
"""The climate comes every five seconds."""

_shared: "WeakKeyDictionary[Buses, dict[str, NodeLine]]" = WeakKeyDictionary()
"""The nodes of each agent by port; an agent is known by its buses."""


def rows() -> list[Family]:
    """Return the registry's row."""
    what = "our own sensor node: load cells (with a calibration), temperature, humidity, surface temperature"
    return [Family(FAMILY, what, build, LINES)]


def build(config: InstrumentConfig, buses: Buses) -> Device:
    """Make the device, closed.

    Raises:
        WrongSettings: what is configured doesn't fit a node.
        BadCalibration: its calibration can't be used.
    """
    from firmware_bridge.node.device import Climate, Node

    if config.address is not None or config.profile is not None:
        raise WrongSettings(f"{config.slug}: {FAMILY} is no Modbus instrument; leave out address and profile")
    line = _line(config, buses)
    if config.calibration is None:
        return Node(line, Climate(), timeout_s=config.timeout_s or CLIMATE_TIMEOUT_S)
    return _platform(line, config, config.calibration)


def node_line(port: str, *, baud: int | None = None) -> NodeLine:
    """Return the closed line of the node on a port, for who calibrates."""
    from firmware_bridge.link import LineSettings, link_for

    return NodeLine(link_for(LineSettings(port, baud or LINES[0].baud)), asks=not port.startswith(REPLAY))


def _platform(line: NodeLine, config: InstrumentConfig, path: Path) -> Device:
    from firmware_bridge.node.calibration_file import load
    from firmware_bridge.node.device import Node, Platform, Scale

    kept = load(path)
    scale = Scale(kept.fit(), kept.input, kept.machine)
    return Node(line, Platform(scale), timeout_s=config.timeout_s or LOAD_TIMEOUT_S)


def _line(config: InstrumentConfig, buses: Buses) -> NodeLine:
    lines = _shared.setdefault(buses, {})
    if config.port not in lines:
        buses.claim_alone(config.port, config.slug)
        lines[config.port] = node_line(config.port, baud=config.baud)
    return lines[config.port]
