"""The gas families: a row each."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from firmware_bridge.config import REPLAY, InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.gas.sensor import GasSensor, MhZ19Speech, S8Speech, Speech
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.registry import Family, Line

if TYPE_CHECKING:
    from firmware_bridge.link import Link

TIMEOUT_S = 0.5

MakeSpeech = Callable[[str, "Link", float], Speech]

_SPEECHES: dict[str, tuple[str, MakeSpeech]] = {
    "senseair-s8": ("SenseAir S8 carbon dioxide sensor, UART", S8Speech),
    "mh-z19": ("Winsen MH-Z19B, MH-Z19C carbon dioxide sensor, UART", MhZ19Speech),
}


def rows() -> list[Family]:
    """Return the registry's rows."""
    return [Family(key, what, partial(_build, key, speech), (Line(9600),)) for key, (what, speech) in _SPEECHES.items()]


def _build(key: str, speech: MakeSpeech, config: InstrumentConfig, buses: Buses) -> Device:
    from firmware_bridge.link import LineSettings, link_for

    if config.address is not None or config.profile is not None:
        raise WrongSettings(f"{config.slug}: {key} is no Modbus instrument; leave out address and profile")
    if config.port.startswith(REPLAY):
        raise WrongSettings(f"{config.slug}: a recording can't be asked; give a serial port or tcp://host:port")
    buses.claim_alone(config.port, config.slug)
    link = link_for(LineSettings(config.port, config.baud or 9600, config.parity or "none"))
    return GasSensor(key, link, speech(key, link, config.timeout_s or TIMEOUT_S))
