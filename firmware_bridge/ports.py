"""Which serial ports this machine has, by the names that survive a reboot and another socket."""

from dataclasses import dataclass
from pathlib import Path

BY_ID = Path("/dev/serial/by-id")


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One port.

    Attributes:
        port: the name to write into a configuration: by id where there is one.
        device: what it is right now, ``/dev/ttyUSB0``.
        what: what the adapter says about itself.
    """

    port: str
    device: str
    what: str


def ports(by_id: Path = BY_ID) -> list[PortInfo]:
    """List the serial ports, those with a stable name first."""
    from serial.tools import list_ports

    stable = _stable_names(by_id)
    found = [
        PortInfo(stable.get(info.device, info.device), info.device, info.description) for info in list_ports.comports()
    ]
    return sorted(found, key=lambda port: (port.port == port.device, port.port))


def _stable_names(by_id: Path) -> dict[str, str]:
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    return {str(link.resolve()): str(link) for link in links}
