"""The families of instruments we speak, and how a configuration becomes a device.

A family is a row: its key, what a person buys, and how it is built. A Modbus sensor is a row by its profile file:
dropping one into ``modbus/profiles`` adds the family. Building opens nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from firmware_bridge.config import InstrumentConfig, Parity
from firmware_bridge.device import Device
from firmware_bridge.errors import UnknownFamily
from firmware_bridge.modbus.bus import Buses


@dataclass(frozen=True, slots=True)
class Line:
    """How an instrument's serial port can be set.

    Attributes:
        baud: bit/s.
        parity: none, even or odd.
        data_bits: 7 or 8.
        stop_bits: 1 or 2.
    """

    baud: int = 9600
    parity: Parity = "none"
    data_bits: int = 8
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the registry.

    Attributes:
        key: how configurations name it.
        what: what it is, for people, one line.
        build: makes the device, closed, from its configuration and the buses shared with its neighbours.
        lines: how its serial port can be set, as shipped first; empty when it has none or nobody knows.
    """

    key: str
    what: str
    build: Callable[[InstrumentConfig, Buses], Device]
    lines: tuple[Line, ...] = ()


class Registry:
    """Families by key."""

    def __init__(self, rows: Iterable[Family]) -> None:
        self._rows: dict[str, Family] = {}
        for row in rows:
            if row.key in self._rows:
                raise ValueError(f"family {row.key!r} is registered twice")
            self._rows[row.key] = row

    def rows(self) -> list[Family]:
        """Return all families, sorted by key."""
        return [self._rows[key] for key in sorted(self._rows)]

    def get(self, key: str) -> Family:
        """Return a family.

        Raises:
            UnknownFamily: there is none of that name; the message lists those there are.
        """
        if key not in self._rows:
            raise UnknownFamily(f"{key!r} is not a known family; known are: {', '.join(sorted(self._rows))}")
        return self._rows[key]


def registry() -> Registry:
    """Collect all families; reads the shipped profile files.

    Raises:
        BadProfile: a shipped profile file can't be used.
    """
    from firmware_bridge.gas import families as gas
    from firmware_bridge.modbus import families as modbus
    from firmware_bridge.node import families as node
    from firmware_bridge.onewire import families as onewire
    from firmware_bridge.scales import families as scales
    from firmware_bridge.thermal import families as thermal

    return Registry([*gas.rows(), *modbus.rows(), *node.rows(), *onewire.rows(), *scales.rows(), *thermal.rows()])


def families() -> tuple[str, ...]:
    """Return the keys of all families."""
    return tuple(row.key for row in registry().rows())


def build(config: InstrumentConfig) -> Device:
    """Make the device of one configuration, closed.

    Raises:
        UnknownFamily: there is no such family; the message lists those there are.
        BadProfile: its Modbus profile can't be used.
        WrongSettings: the family can't do what is configured.
    """
    return build_all([config])[0]


def build_all(configs: Iterable[InstrumentConfig]) -> list[Device]:
    """Make the devices of several configurations, closed; Modbus instruments on one port share its bus.

    Raises:
        UnknownFamily, BadProfile, WrongSettings: as ``build``; also when two instruments claim one port that only one
            can have, or disagree about its line.
    """
    rows, buses = registry(), Buses()
    return [rows.get(config.family).build(config, buses) for config in configs]
