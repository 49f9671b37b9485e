"""What an indicator family is: its bytes both ways, what can be said to it, and how it becomes a device."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.config import REPLAY, InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.registry import Line
from firmware_bridge.scales.frame import FrameDecoder, ScaleFrame
from firmware_bridge.scales.talk import Talk

TIMEOUT_S = 2.0
"""Indicators send 5 to 20 frames a second; two seconds without one is silence."""

LISTENING = Talk()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One family.

    Attributes:
        key: how configurations name it.
        what: what it is, for people, one line.
        decoder: makes a fresh decoder.
        encode: writes a frame as the indicator does, for simulators and tests. Raises BadFrame.
        lines: how its port can be set, as shipped first.
        talk: what can be said to it at an address.
        addresses: how many addresses it can have; 0 when it has none.
        point_left_out: its frames don't say where the point stands; the configuration must.
        checked: its frames carry a check.
    """

    key: str
    what: str
    decoder: Callable[[], FrameDecoder]
    encode: Callable[[ScaleFrame], bytes]
    lines: tuple[Line, ...]
    talk: Callable[[int], Talk] = lambda _: LISTENING
    addresses: int = 0
    point_left_out: bool = False
    checked: bool = False

    def build(self, config: InstrumentConfig, buses: Buses) -> Device:
        """Make the device, closed. Raises WrongSettings."""
        from firmware_bridge.link import LineSettings, link_for
        from firmware_bridge.scales.scale import Scale

        self._refuse_what_does_not_fit(config)
        buses.claim_alone(config.port, config.slug)
        line = self.line(config)
        recording = config.port.startswith(REPLAY)
        return Scale(
            family=self.key,
            link=link_for(LineSettings(config.port, line.baud, line.parity, line.stop_bits, line.data_bits)),
            decoder=self.decoder(),
            unit=config.unit,
            timeout_s=config.timeout_s or TIMEOUT_S,
            talk=LISTENING if recording else self.talk(config.address or 1),
            decimals=config.decimals if self.point_left_out else None,
        )

    def _refuse_what_does_not_fit(self, config: InstrumentConfig) -> None:
        if config.profile is not None or (config.address is not None and not self.addresses):
            raise WrongSettings(f"{config.slug}: {self.key} is no Modbus instrument; leave out address and profile")
        if self.addresses and (config.address or 1) > self.addresses:
            raise WrongSettings(f"{config.slug}: {self.key} has addresses 1 to {self.addresses}, not {config.address}")
        if self.point_left_out and config.decimals is None:
            raise WrongSettings(
                f"{config.slug}: {self.key} doesn't send where its point stands; write decimals = 3 (or what its "
                "display shows after the point)"
            )
        if config.decimals is not None and not self.point_left_out:
            raise WrongSettings(f"{config.slug}: {self.key} sends where its point stands; leave out decimals")

    def line(self, config: InstrumentConfig) -> Line:
        """Return the line to open: what is configured, and the family's own for all that isn't."""
        fitting = [line for line in self.lines if config.parity in (None, line.parity)]
        line = fitting[0] if fitting else Line(self.lines[0].baud, config.parity or "none")
        return Line(config.baud or line.baud, line.parity, line.data_bits, line.stop_bits)
