"""A Modbus sensor: a bus, an address and a profile."""

from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue
from firmware_bridge.modbus.bus import Bus
from firmware_bridge.modbus.profile import Profile, ProfileValue, blocks


class ModbusSensor:
    """The device on top of a profile; see ``firmware_bridge.device.Device``.

    Args:
        profile: what it has where.
        bus: its line, shared with its neighbours.
        address: Modbus address, 1 to 247.
    """

    streaming = False

    def __init__(self, *, profile: Profile, bus: Bus, address: int) -> None:
        self.family = profile.family
        self.quantities: tuple[str, ...] = tuple(value.quantity for value in profile.values)
        self._blocks = blocks(profile.values)
        self._bus = bus
        self._address = address
        self._faults = 0

    @property
    def faults(self) -> int:
        """Tries without a readable answer that a later one made good, and values that were left out, so far."""
        return self._faults

    def open(self) -> None:
        """Join the bus. Raises LineLost."""
        self._bus.join(self)

    def read(self) -> Measured:
        """Ask for the present values; one that can't be is left out, told and counted.

        Raises:
            LineLost, LineSilent, LineGarbled, WrongSettings: see ``Bus.read_registers``.
            BadValue: none of the values can be.
        """
        values: dict[str, float] = {}
        problems: list[str] = []
        for block in self._blocks:
            for value, measured in self._read_block(block):
                problem = value.problem_with(measured)
                if problem:
                    problems.append(problem)
                else:
                    values[value.quantity] = measured
        refused = "; ".join(problems)
        if not values:
            raise BadValue(f"{self.family}: {refused}")
        self._faults += len(problems)
        return Measured(values, refused=refused)

    def _read_block(self, block: list[ProfileValue]) -> list[tuple[ProfileValue, float]]:
        start = block[0].register_
        count = block[-1].register_ + block[-1].words - start
        registers, failed_tries = self._bus.read_registers(self._address, block[0].kind, start, count)
        self._faults += failed_tries
        pairs = []
        for value in block:
            at = value.register_ - start
            pairs.append((value, value.decode(registers[at : at + value.words])))
        return pairs

    def close(self) -> None:
        """Leave the bus."""
        self._bus.leave(self)
