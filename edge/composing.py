"""The parts that edge.toml names, put together; what of them belongs to this process.

A device runs as one process, or as two: one with the instruments, which speaks for the device, and one with the
cameras. Then a camera's driver or a network that crashes takes no reading along, and the other way round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from edge.board import Board, SensorsNote
from edge.config import EdgeConfig
from edge.health import Health
from edge.origin import Origin
from edge.outbox import Outbox
from edge.sensors import Instrument
from edge.thermal_parts import ThermalParts
from firmware_bridge.registry import build_all

if TYPE_CHECKING:
    from edge.vision.composition import Cameras
    from edge.vision.pipeline import Watch

Share = Literal["all", "sensors", "vision"]
"""What of a device a process runs."""


class Part(Protocol):
    """An instrument or a camera."""

    health: Health

    def stalled(self) -> bool:
        """Say whether it hangs."""
        ...

    async def run(self) -> None:
        """Work until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Composed:
    """The parts of one process.

    Attributes:
        instruments: what measures.
        cameras: what the cameras share; None without any.
        watches: the cameras.
        cold_floor: says of a camera's slug whether a thermal array sees a cold part of its floor.
    """

    instruments: list[Instrument]
    cameras: "Cameras | None"
    watches: "list[Watch]"
    cold_floor: Callable[[str], bool]

    @property
    def parts(self) -> list[Part]:
        """All of them."""
        return [*self.instruments, *self.watches]


def composed(config: EdgeConfig, share: Share, outbox: Outbox, origin: Origin, board: Board) -> Composed:
    """Put the parts together; nothing is opened yet."""
    instruments: list[Instrument] = []
    cold_floor: Callable[[str], bool] = lambda camera: _cold_elsewhere(board, camera)  # noqa: E731  # one of two
    if share != "vision":
        thermal = _thermal(config)
        instruments = [
            Instrument(
                one.slug,
                thermal.devices[one.slug],
                interval_s=one.interval_s,
                outbox=outbox,
                origin=origin,
                weighing=config.weighing,
                stuck_after_s=one.stuck_after_s,
            )
            for one in config.instruments
        ]
        cold_floor = thermal.cold_floor
    cameras = _cameras(config, outbox, origin, cold_floor) if config.cameras and share != "sensors" else None
    watches = [cameras.watch(camera) for camera in config.cameras] if cameras else []
    return Composed(instruments, cameras, watches, cold_floor)


def _thermal(config: EdgeConfig) -> ThermalParts:
    devices = build_all(config.instruments)
    slugs = [instrument.slug for instrument in config.instruments]
    return ThermalParts(dict(zip(slugs, devices, strict=True)), config.thermal)


def _cold_elsewhere(board: Board, camera: str) -> bool:
    note = board.read(SensorsNote)
    return note is not None and camera in note.cold_floor


def _cameras(config: EdgeConfig, outbox: Outbox, origin: Origin, cold_floor: Callable[[str], bool]) -> "Cameras":
    # numpy, OpenCV and the inference library cost 50 MB: only a device with a camera pays for them.
    from edge.vision.composition import Cameras

    cameras = Cameras(config, origin=origin, outbox=outbox, cold_floor=cold_floor)
    cameras.open()
    return cameras
