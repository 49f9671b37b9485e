import pytest
from pydantic import ValidationError

from contract.quantities import QUANTITIES
from firmware_bridge.config import InstrumentConfig
from firmware_bridge.errors import BadProfile, UnknownFamily, WrongSettings
from firmware_bridge.registry import Family, Registry, build, build_all, families, registry
from firmware_bridge.simulated.instruments import simulated_families


def config(**settings: object) -> InstrumentConfig:
    return InstrumentConfig.model_validate({"slug": "one", "family": "xy-md02", "port": "/dev/ttyUSB0", **settings})


def test_the_families_are_known_by_name_and_say_what_they_are():
    assert {"modbus", "xk3190-a9", "xy-md02"} <= set(families())
    assert all(row.what for row in registry().rows())


@pytest.mark.parametrize("family", [family for family in families() if family != "modbus"])
def test_each_family_builds_closed_and_measures_known_quantities(family: str):
    point = {"decimals": 3} if family == "xk3190-c602" else {}
    device = build(config(family=family, **point))
    assert device.family == family
    assert set(device.quantities) <= set(QUANTITIES)
    assert device.faults == 0
    device.close()


def test_whatever_can_be_simulated_can_be_read():
    assert set(simulated_families()) <= set(families())


def test_a_scale_streams_and_a_sensor_is_polled():
    assert build(config(family="xk3190-a9")).streaming
    assert not build(config(family="xy-md02")).streaming


def test_an_unknown_family_is_refused_with_those_there_are():
    with pytest.raises(UnknownFamily, match=r"'xk3190' is not a known family; known are: .*xk3190-a9"):
        build(config(family="xk3190"))


def test_a_family_registered_twice_is_a_programming_error():
    row = Family("twice", "a thing", lambda *_: build(config()))
    with pytest.raises(ValueError, match="'twice' is registered twice"):
        Registry([row, row])


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"baud": 9601}, "take one of 600"),
        ({"parity": "E"}, "'none', 'even' or 'odd'"),
        ({"address": 0}, "greater than or equal to 1"),
        ({"port": "tcp://host"}, "tcp://host:port"),
        ({"port": "tcp://host:99999"}, "tcp://host:port"),
        ({"port": "http://host:1"}, "neither a device file"),
        ({"slug": "One"}, "lower-case letters"),
        ({"timeout_s": 0}, "greater than 0"),
        ({"unit": "jin"}, "'kg', 'g' or 'lb'"),
        ({"bauds": 9600}, "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(setting: dict[str, object], problem: str):
    with pytest.raises(ValidationError, match=problem):
        config(**setting)


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ({"family": "xk3190-a9"}, {"family": "xk3190-a9"}, "only Modbus instruments can share"),
        ({"family": "xk3190-a9"}, {"family": "xy-md02"}, "can't share"),
        ({"family": "xy-md02"}, {"family": "xk3190-a9"}, "only Modbus instruments can share"),
        ({"address": 1}, {"address": 2, "baud": 4800}, "all instruments on one bus must agree"),
    ],
)
def test_two_instruments_that_cannot_share_a_port_are_refused(
    first: dict[str, object], second: dict[str, object], problem: str
):
    with pytest.raises(WrongSettings, match=problem):
        build_all([config(**first), config(slug="two", **second)])


def test_modbus_instruments_share_a_port():
    assert len(build_all([config(address=1), config(slug="two", address=2)])) == 2


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"family": "xk3190-a9", "address": 3}, "is no Modbus instrument"),
        ({"family": "xk3190-c602"}, "write decimals = 3"),
        ({"family": "xk3190-a9", "decimals": 3}, "leave out decimals"),
        ({"family": "xk3190-a22", "address": 27}, "has addresses 1 to 26, not 27"),
        ({"family": "modbus"}, "needs profile"),
        ({"family": "xy-md02", "profile": "own.toml"}, "for your own use family 'modbus'"),
        ({"port": "replay://recorded"}, "a recording can't be asked"),
    ],
)
def test_settings_that_do_not_fit_the_family_are_refused(settings: dict[str, object], problem: str):
    with pytest.raises(WrongSettings, match=problem):
        build(config(**settings))


def test_a_profile_that_is_not_there_is_named():
    with pytest.raises(BadProfile, match=r"nowhere\.toml can't be read"):
        build(config(family="modbus", profile="nowhere.toml"))
