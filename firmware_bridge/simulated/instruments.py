"""Which families have a virtual instrument: each kind's module has a row each, merged here."""

from collections.abc import Callable

from firmware_bridge.errors import UnknownFamily
from firmware_bridge.simulated import gas, modbus, node, onewire, scales, thermal
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.voices import Voice

_ROWS: dict[str, Callable[[Scene], Voice]] = {
    **gas.ROWS,
    **modbus.ROWS,
    **node.ROWS,
    **onewire.ROWS,
    **scales.ROWS,
    **thermal.ROWS,
}

FOLDERS = frozenset(onewire.ROWS)
"""These are plugged into a ``OneWireFolder``, not into a terminal."""


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
