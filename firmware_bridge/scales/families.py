"""The indicator families: a row each. A new family is a decoder file and a row here."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import UnknownFamily, WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.registry import Family, Line
from firmware_bridge.scales.frame import FrameDecoder
from firmware_bridge.scales.xk3190 import Xk3190Decoder

TIMEOUT_S = 2.0
"""Indicators send 5 to 20 frames a second; two seconds without one is silence."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One family: its decoder and the lines it can be set to, as shipped first."""

    key: str
    what: str
    decoder: Callable[[], FrameDecoder]
    lines: tuple[Line, ...]

    def build(self, config: InstrumentConfig, buses: Buses) -> Device:
        """Make the device, closed. Raises WrongSettings."""
        from firmware_bridge.link import LineSettings, link_for
        from firmware_bridge.scales.scale import Scale

        if config.address is not None or config.profile is not None:
            raise WrongSettings(f"{config.slug}: {self.key} is no Modbus instrument; leave out address and profile")
        buses.claim_alone(config.port, config.slug)
        settings = LineSettings(config.port, config.baud or self.lines[0].baud, config.parity or self.lines[0].parity)
        return Scale(
            family=self.key,
            link=link_for(settings),
            decoder=self.decoder(),
            unit=config.unit,
            timeout_s=config.timeout_s or TIMEOUT_S,
        )


INDICATORS = (
    Indicator(
        "xk3190-a9",
        "Yaohua XK3190-A9, A9+, A6 weighing indicator, continuous sending (tF=0)",
        Xk3190Decoder,
        tuple(Line(baud) for baud in (9600, 4800, 2400, 1200, 600)),
    ),
)


def rows() -> list[Family]:
    """Return the registry's rows."""
    return [Family(indicator.key, indicator.what, indicator.build, indicator.lines) for indicator in INDICATORS]


def decoder(family: str) -> FrameDecoder:
    """Return a fresh decoder of a family. Raises UnknownFamily."""
    known = {indicator.key: indicator.decoder for indicator in INDICATORS}
    if family not in known:
        raise UnknownFamily(f"{family!r} has no frames to decode; these have: {', '.join(known)}")
    return known[family]()
