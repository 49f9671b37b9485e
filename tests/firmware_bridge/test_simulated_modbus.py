"""Every Modbus family against its virtual counterpart, on a real pseudo-terminal."""

from collections.abc import Callable

import pytest

from contract.quantities import QUANTITIES
from firmware_bridge.config import InstrumentConfig
from firmware_bridge.registry import build
from firmware_bridge.simulated.air import Air
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.modbus import ROWS
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice

PluggedIn = Callable[[Voice], Terminal]

SCENE = Scene(Flock(), Calendar(), address=7)


@pytest.mark.parametrize("family", sorted(ROWS))
def test_each_modbus_family_reads_its_virtual_counterpart(family: str, plug_in: PluggedIn):
    port = plug_in(ROWS[family](SCENE)).name
    settings = {"slug": "one", "family": family, "port": str(port), "address": 7, "parity": "none"}
    device = build(InstrumentConfig.model_validate(settings))
    device.open()
    measured = device.read()
    device.close()
    assert set(measured.values) == set(device.quantities)
    assert (measured.refused, device.faults) == ("", 0)
    assert all(QUANTITIES[key].problem_with(value) is None for key, value in measured.values.items())


def test_the_made_up_air_is_worst_at_dawn_and_with_heavy_birds():
    def air(age_days: int, hour: float) -> Air:
        return Air(Flock(), Calendar(age_days=age_days, hour=hour))

    assert air(30, 6).ammonia_ppm(0) > air(30, 18).ammonia_ppm(0) > air(5, 18).ammonia_ppm(0)
    assert (
        2000 > air(40, 6).carbon_dioxide_ppm(0) > air(40, 18).carbon_dioxide_ppm(0) > air(2, 18).carbon_dioxide_ppm(0)
    )
    assert (air(30, 12).light_lux(0), air(30, 23).light_lux(0)) == (20, 0)
