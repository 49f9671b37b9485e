"""The thermal arrays: a row each."""

from firmware_bridge.config import REPLAY, InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.registry import Family, Line
from firmware_bridge.thermal import gy_mcu90640
from firmware_bridge.thermal.array import ThermalArray

KEY = "gy-mcu90640"
LINES = (Line(115200), Line(460800), Line(9600))
PICTURES_PER_S = 1.0
"""Slow pictures have less noise, and a flock is slow."""
SLOW_PICTURES_PER_S = 0.5
SLOW_BAUD = 9600
TIMEOUT_S = 6.0


def rows() -> list[Family]:
    """Return the registry's rows."""
    return [Family(KEY, "GY-MCU90640 thermal array (MLX90640, 32 x 24), UART", _build, LINES)]


def _build(config: InstrumentConfig, buses: Buses) -> Device:
    from firmware_bridge.link import LineSettings, link_for

    if config.address is not None or config.profile is not None:
        raise WrongSettings(f"{config.slug}: {KEY} is no Modbus instrument; leave out address and profile")
    buses.claim_alone(config.port, config.slug)
    baud = config.baud or LINES[0].baud
    return ThermalArray(
        family=KEY,
        link=link_for(LineSettings(config.port, baud, config.parity or "none")),
        decoder=gy_mcu90640.GyMcu90640Decoder(),
        timeout_s=config.timeout_s or TIMEOUT_S,
        orders=() if config.port.startswith(REPLAY) else _orders(baud),
    )


def _orders(baud: int) -> tuple[bytes, ...]:
    rate = SLOW_PICTURES_PER_S if baud == SLOW_BAUD else PICTURES_PER_S  # 9600 bit/s take 1.6 s for a picture
    by_itself = gy_mcu90640.command(gy_mcu90640.SET_OUTPUT, gy_mcu90640.BY_ITSELF)
    return gy_mcu90640.rate_command(rate), by_itself
