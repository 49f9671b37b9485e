"""The 1-wire families: a row."""

from pathlib import Path

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.onewire.sensor import OneWireThermometer
from firmware_bridge.registry import Family

KEY = "ds18b20"


def rows() -> list[Family]:
    """Return the registry's rows."""
    return [Family(KEY, "DS18B20 thermometer on a 1-wire bus; port: its folder in /sys/bus/w1/devices", _build)]


def _build(config: InstrumentConfig, buses: Buses) -> Device:
    if config.address is not None or config.profile is not None or config.baud or config.parity:
        raise WrongSettings(f"{config.slug}: {KEY} has no line; leave out address, baud, parity and profile")
    if "://" in config.port:
        raise WrongSettings(f"{config.slug}: the port of a {KEY} is a folder, for example /sys/bus/w1/devices/28-...")
    buses.claim_alone(config.port, config.slug)
    return OneWireThermometer(KEY, Path(config.port))
