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
        may_be: what may be on it, as far as the adapter's maker and product tell.
    """

    port: str
    device: str
    what: str
    may_be: str


_ADAPTER = "any instrument, over an RS-232, RS-485 or TTL adapter"
_BOARD = "an ESP32 board (our node), or an adapter with any instrument"
_MAY_BE = {
    (0x2E8A, 0x0005): "a Raspberry Pi Pico with MicroPython: our node",
    (0x303A, 0x4001): "an ESP32 with MicroPython: our node",
    (0x303A, 0x1001): "an ESP32: our node",
    (0x10C4, 0xEA60): _BOARD,
    (0x1A86, 0x55D4): _BOARD,
    (0x1A86, 0x7523): _BOARD,
    (0x0403, 0x6001): _ADAPTER,
    (0x0403, 0x6015): _ADAPTER,
    (0x067B, 0x2303): _ADAPTER,
}
"""By USB maker and product, from the Linux kernel's drivers (ftdi_sio, pl2303, cp210x, ch341) and the boards."""


def ports(by_id: Path = BY_ID) -> list[PortInfo]:
    """List the serial ports, those with a stable name first."""
    from serial.tools import list_ports

    stable = _stable_names(by_id)
    found = [
        PortInfo(stable.get(info.device, info.device), info.device, info.description, _may_be(info.vid, info.pid))
        for info in list_ports.comports()
    ]
    return sorted(found, key=lambda port: (port.port == port.device, port.port))


def _may_be(maker: int | None, product: int | None) -> str:
    if maker is None or product is None:
        return "a socket of the board itself: wire it as docs/hardware says, or leave it alone"
    return _MAY_BE.get((maker, product), "anything")


def _stable_names(by_id: Path) -> dict[str, str]:
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    return {str(link.resolve()): str(link) for link in links}
