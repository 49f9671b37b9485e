"""Which families have a virtual instrument: each kind's module has a row each, merged here."""

from collections.abc import Callable
from pathlib import Path

from firmware_bridge.errors import UnknownFamily
from firmware_bridge.simulated import gas, modbus, node, onewire, scales, thermal
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

_ROWS: dict[str, Callable[[Scene], Voice]] = {
    **gas.ROWS,
    **modbus.ROWS,
    **node.ROWS,
    **onewire.ROWS,
    **scales.ROWS,
    **thermal.ROWS,
}


def simulated_families() -> tuple[str, ...]:
    """Return the families that can be simulated."""
    return tuple(sorted(_ROWS))


def voice(family: str, scene: Scene) -> Voice:
    """Make a virtual instrument.

    Raises:
        UnknownFamily: it can't be simulated; the message lists those that can.
        UnknownBreed: at the first weight, when the flock's breed has no curve.
    """
    if family not in _ROWS:
        raise UnknownFamily(f"{family!r} can't be simulated; these can: {', '.join(simulated_families())}")
    return _ROWS[family](scene)


def place_for(family: str, name: Path) -> Terminal:
    """Return where a virtual instrument is plugged in, closed: a terminal, or for 1-wire a folder."""
    return onewire.OneWireFolder(name) if family in onewire.ROWS else Terminal(name)
