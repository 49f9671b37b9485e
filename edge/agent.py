"""The agent: a readable list of parts, one task group, signals, and a word to systemd.

A part that fails is started again, not the agent. The watchdog is fed only while every part gets on: a frame, a
value, a commit, or an attempt that came back, even if it failed. A thread that hangs in a driver stops the feeding,
and systemd starts the agent anew; a camera that is unplugged does not.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from contract.errors import HenwiseError
from contract.messages import Announcement, Cause, Drawing, InstrumentInfo, Status, Verdict
from edge.backoff import Backoff
from edge.causes import cause_of
from edge.config import EdgeConfig
from edge.drawings import Drawings
from edge.health import Health
from edge.marks import DrawnMarks
from edge.notify import tell_systemd, watchdog_s
from edge.origin import Origin, new_boot, now
from edge.outbox import Outbox
from edge.publisher import Publisher
from edge.sensors import Instrument
from edge.thermal_parts import ThermalParts
from edge.verdicts import Verdicts
from edge.weighed_by_hand import WeighedByHand
from firmware_bridge.device import Device
from firmware_bridge.registry import build_all

if TYPE_CHECKING:
    from edge.vision.composition import Cameras

log = logging.getLogger(__name__)

STEADY_S = 60.0
WATCH_EVERY_S = 10.0
CANCEL_AGAIN_S = 3.5
"""Longer than any part takes to end in good order."""


class Part(Protocol):
    """An instrument or a camera."""

    health: Health

    def stalled(self) -> bool:
        """Say whether it hangs."""
        ...

    async def run(self) -> None:
        """Work until cancelled."""
        ...


async def run(config: EdgeConfig) -> None:
    """Run the agent until SIGTERM or SIGINT.

    Raises:
        OutboxTaken: another agent works in the same data_dir.
        OutboxStuck: data_dir can't be written.
    """
    stop = _stop_on_signals()
    marks = DrawnMarks(config)
    for told in marks.load():
        log.info("%s", told)
    config = marks.config
    origin = Origin(config.place.device, new_boot())
    limits = {"max_rows": config.outbox.max_rows, "max_bytes": config.outbox.max_mb * 1_000_000}
    with Outbox(config.data_dir / "outbox.db", origin.boot, **limits) as outbox:
        thermal = _thermal(config)
        instruments = _instruments(config, thermal.devices, outbox, origin)
        cameras = _cameras(config, outbox, origin, thermal.cold_floor) if config.cameras else None
        watches = [cameras.watch(camera) for camera in config.cameras] if cameras else []
        parts: list[Part] = [*instruments, *watches]
        publisher = Publisher(
            config.broker,
            config.place,
            outbox,
            announcement=lambda: _announcement(marks, origin, instruments),
            status=lambda: _status(origin, outbox, parts),
            heard={
                Verdict: _verdicts(config, outbox, origin, cameras).take,
                Drawing: Drawings(origin, outbox, marks, cameras).take,
            },
        )
        slugs = [instrument.slug for instrument in config.instruments]
        by_hand = WeighedByHand(config.data_dir, slugs, outbox, origin)
        async with asyncio.TaskGroup() as group:
            tasks = [
                *(group.create_task(_keep_running(part.health.slug, part.run, part.health)) for part in parts),
                group.create_task(_keep_running("publisher", publisher.run)),
                group.create_task(_keep_running("weighings by hand", by_hand.run)),
                group.create_task(_keep_watch(outbox, parts)),
            ]
            tell_systemd("READY=1")
            log.info("running with %d instruments and %d cameras", len(instruments), len(watches))
            await stop.wait()
            tell_systemd("STOPPING=1")
            log.info("stopping")
            await _end(tasks)
    log.info("stopped; %d events wait for the cloud", outbox.rows)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    # More than once: libraries on Python 3.11 may swallow a cancellation (see edge.publisher).
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _done, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _thermal(config: EdgeConfig) -> ThermalParts:
    devices = build_all(config.instruments)
    slugs = [instrument.slug for instrument in config.instruments]
    return ThermalParts(dict(zip(slugs, devices, strict=True)), config.thermal)


def _instruments(config: EdgeConfig, devices: dict[str, Device], outbox: Outbox, origin: Origin) -> list[Instrument]:
    return [
        Instrument(
            instrument.slug,
            devices[instrument.slug],
            interval_s=instrument.interval_s,
            outbox=outbox,
            origin=origin,
            weighing=config.weighing,
            stuck_after_s=instrument.stuck_after_s,
        )
        for instrument in config.instruments
    ]


def _cameras(config: EdgeConfig, outbox: Outbox, origin: Origin, cold_floor: Callable[[str], bool]) -> "Cameras":
    # numpy, OpenCV and the inference library cost 50 MB: only a device with a camera pays for them.
    from edge.vision.composition import Cameras

    cameras = Cameras(config, origin=origin, outbox=outbox, cold_floor=cold_floor)
    cameras.open()
    return cameras


def _verdicts(config: EdgeConfig, outbox: Outbox, origin: Origin, cameras: "Cameras | None") -> Verdicts:
    return Verdicts(
        origin,
        outbox,
        cameras.keeper if cameras else None,
        hand_count=cameras.hand_counts.take if cameras else None,
        cameras=tuple(camera.slug for camera in config.cameras),
    )


def _announcement(marks: DrawnMarks, origin: Origin, instruments: list[Instrument]) -> Announcement:
    return Announcement(
        device=origin.device,
        boot=origin.boot,
        at=now(),
        version=version("henwise"),
        instruments=[
            InstrumentInfo(slug=one.health.slug, family=one.family, quantities=list(one.quantities))
            for one in instruments
        ],
        cameras=[camera.slug for camera in marks.config.cameras],
        views=marks.views(),
    )


def _status(origin: Origin, outbox: Outbox, parts: list[Part]) -> Status:
    return Status(
        device=origin.device,
        boot=origin.boot,
        at=now(),
        state="online",
        outbox_rows=outbox.rows,
        dropped_rows=outbox.dropped_rows,
        parts=[part.health.status() for part in parts],
    )


async def _keep_running(name: str, work: Callable[[], Coroutine[Any, Any, None]], health: Health | None = None) -> None:
    backoff = Backoff()
    while True:
        started_s = time.monotonic()
        try:
            await work()
            told: tuple[Cause, str] = ("other", "ended by itself")
        except Exception as error:  # noqa: BLE001  # whatever stops a part must not stop its neighbours
            told = _told(name, error)
        if health:
            health.lost("failed", *told)
        if time.monotonic() - started_s > STEADY_S:
            backoff.reset()
        await asyncio.sleep(backoff.next_s())


def _told(name: str, error: Exception) -> tuple[Cause, str]:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    known = isinstance(error, HenwiseError)
    problem = str(error) if known else f"{type(error).__name__}: {error}; please report this"
    log.error("%s: %s; it is started again", name, problem, exc_info=None if known else error)
    return cause_of(error), problem


async def _keep_watch(outbox: Outbox, parts: list[Part]) -> None:
    feed_every_s = watchdog_s()
    while True:
        hanging = [part.health.slug for part in parts if part.stalled()]
        if outbox.stalled():
            hanging.append("outbox")
        if hanging:
            log.error("no progress in: %s", ", ".join(hanging))
        else:
            tell_systemd("WATCHDOG=1", f"STATUS={len(parts)} parts, {outbox.rows} events wait for the cloud")
        await asyncio.sleep(min(feed_every_s or WATCH_EVERY_S, WATCH_EVERY_S))
