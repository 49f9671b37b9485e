"""Which instruments are thermal arrays, who measures the air for them, and which cameras see the same floor."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from edge.config import ThermalConfig
from edge.overheard import Overheard
from firmware_bridge.device import Device, Imaging

if TYPE_CHECKING:
    from edge.vision.warm_floor import WarmFloor

AIR = "temperature_celsius"
AIR_FRESH_S = 600.0


class ThermalParts:
    """The devices of an agent, with its thermal arrays looking at the floor.

    Args:
        devices: slug -> device, closed.
        config: what the arrays belong to.
    """

    def __init__(self, devices: Mapping[str, Device], config: list[ThermalConfig]) -> None:
        self.devices: dict[str, Device] = dict(devices)
        self._floors: dict[str, WarmFloor] = {}
        by_slug = {one.instrument: one for one in config}
        for slug, device in devices.items():
            if isinstance(device, Imaging):
                self._look(slug, device, by_slug.get(slug, ThermalConfig(instrument=slug)))

    def _look(self, slug: str, array: Imaging, config: ThermalConfig) -> None:
        from edge.vision.warm_floor import WarmFloor  # numpy: only a device with an array pays for it

        floor = WarmFloor(array, air=self._air(config.air) if config.air else None)
        self.devices[slug] = floor
        self._floors.update(dict.fromkeys(config.cameras, floor))

    def _air(self, slug: str) -> "partial[float | None]":
        device = self.devices[slug]
        overheard = device if isinstance(device, Overheard) else Overheard(device)
        self.devices[slug] = overheard
        return partial(overheard.last, AIR, within_s=AIR_FRESH_S)

    def cold_floor(self, camera: str) -> bool:
        """Say whether an array over the floor of ``camera`` sees a cold part of it now."""
        floor = self._floors.get(camera)
        return floor is not None and floor.sees_cold_floor()
