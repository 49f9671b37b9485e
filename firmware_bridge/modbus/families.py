"""The Modbus families: each shipped profile file is one, and ``modbus`` takes a profile of the user's own."""

from functools import partial
from importlib.resources import files

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import WrongSettings
from firmware_bridge.modbus.bus import Buses
from firmware_bridge.modbus.profile import Profile, load, parse
from firmware_bridge.registry import Family

OWN = "modbus"


def shipped() -> list[Profile]:
    """Read the profile files that come with Henwise. Raises BadProfile."""
    folder = files("firmware_bridge.modbus") / "profiles"
    found = (parse(file.read_bytes(), file.name) for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda profile: profile.family)


def rows() -> list[Family]:
    """Return the registry's rows. Raises BadProfile."""
    own = Family(OWN, 'any Modbus RTU sensor, by a profile file of your own (profile = "...")', _build_own)
    return [own, *(_row(profile) for profile in shipped())]


def _row(profile: Profile) -> Family:
    what = f"{profile.what} ({profile.caution})" if profile.caution else profile.what
    return Family(profile.family, what, partial(_build, profile), profile.line.lines)


def _build_own(config: InstrumentConfig, buses: Buses) -> Device:
    if config.profile is None:
        raise WrongSettings(f'{config.slug}: family {OWN!r} needs profile = "path of a profile file"')
    return _made(load(config.profile), config, buses)


def _build(profile: Profile, config: InstrumentConfig, buses: Buses) -> Device:
    if config.profile is not None:
        raise WrongSettings(f"{config.slug}: {profile.family} brings its profile; for your own use family {OWN!r}")
    return _made(profile, config, buses)


def _made(profile: Profile, config: InstrumentConfig, buses: Buses) -> Device:
    from firmware_bridge.link import LineSettings
    from firmware_bridge.modbus.sensor import ModbusSensor

    line = profile.line
    settings = LineSettings(config.port, config.baud or line.baud, config.parity or line.parity, line.stop_bits)
    bus = buses.share(settings, config.timeout_s, config.slug)
    return ModbusSensor(profile=profile, bus=bus, address=config.address or line.address)
