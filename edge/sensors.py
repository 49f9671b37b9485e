"""Scales, thermometers and the like: each in its own thread, read for ever, its values into the outbox.

A polled instrument gives Readings each ``interval_s``. A scale sends by itself: every frame feeds the weighing, whose
birds become WeightSamples, and each ``interval_s`` its load goes out as a Reading, so that a scale nobody steps on
can be told from a dead one. A lost line is opened again for ever.
"""

import logging
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from contract.doubts import Doubts
from contract.errors import PermanentError
from contract.messages import Cause, Doubt, Readings, WeightSample
from contract.quantities import quantity
from edge.backoff import Backoff
from edge.causes import cause_of
from edge.clock import is_mark
from edge.config import WeighingConfig
from edge.health import Health
from edge.origin import Origin
from edge.outbox import Outbox
from edge.threads import run_in_thread
from edge.weighing import Basis, Turn, Weighed, Weighing
from firmware_bridge.device import Adjustable, Device, Measured
from firmware_bridge.errors import BridgeError, LineLost, LineSilent, WrongSettings

log = logging.getLogger(__name__)

LOAD = "load_grams"
_DOUBTFUL: tuple[tuple[Doubt, Cause, str], ...] = (
    ("stuck", "values_stuck", "not moved for long: is the sensor stuck?"),
    ("jump", "values_jump", "jumped further than a house can"),
)
"""What the status tells, the gravest first; a sensor that warms up is well."""


_CLOCKLESS: tuple[Cause, str] = (
    "clock_unset",
    "nobody has set the clock since power-on: what is measured waits on the device until NTP sets it",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a scale."""

    to: Literal["tare", "zero"]
    granted: "Future[None]"


class Instrument:
    """One instrument as a part of the agent.

    Args:
        slug: its name inside the device.
        device: what speaks with it, closed.
        interval_s: time between two Readings, in s.
        outbox: where its events go.
        origin: who we are.
        weighing: how birds are weighed, if it is a scale.
        stuck_after_s: so long its values may stay the same, in s; 0 = for ever.
    """

    def __init__(
        self,
        slug: str,
        device: Device,
        *,
        interval_s: float,
        outbox: Outbox,
        origin: Origin,
        weighing: WeighingConfig,
        stuck_after_s: float = 0,
    ) -> None:
        self.health = Health(slug)
        self._slug = slug
        self._device = device
        self._interval_s = interval_s
        self._outbox = outbox
        self._origin = origin
        self._weighing = Weighing(weighing)
        self._basis = Basis()
        self._doubts = Doubts(stuck_after_s)
        self._next_readings_s = 0.0
        self._faults_told = 0
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()

    @property
    def family(self) -> str:
        """Key of its family."""
        return self._device.family

    @property
    def quantities(self) -> tuple[str, ...]:
        """Keys of what it measures."""
        return self._device.quantities

    def adjust(self, to: Literal["tare", "zero"]) -> "Future[None]":
        """Have a scale call its present load nothing, between two frames, in the thread that reads it.

        Returns:
            a future, done when it has; a BridgeError when it can't. Cancel it when it took too long.
        """
        wish = Wish(to, Future())
        self._wishes.put(wish)
        return wish.granted

    def stalled(self) -> bool:
        """Say whether it hangs in its line."""
        return self.health.stalled()

    async def run(self) -> None:
        """Read until cancelled."""
        await run_in_thread(f"instrument {self._slug}", self.read_until)

    def read_until(self, stop: threading.Event) -> None:
        """Read until ``stop`` is set, whatever the line does."""
        backoff = Backoff()
        try:
            while not stop.is_set():
                stop.wait(self._one_turn(backoff))
        finally:
            self._device.close()

    def _one_turn(self, backoff: Backoff) -> float:
        """Read once and return how long to wait, in s."""
        began_s = time.monotonic()
        try:
            self._device.open()
            self._grant_wishes()
            measured = self._device.read()
            problem, doubts = self._send(measured)
        except BridgeError as error:
            return self._lost(error, backoff)
        self._count_faults()
        self.health.ok(*_told(problem, doubts))
        backoff.reset()
        return 0.0 if self._device.streaming else max(0.0, self._interval_s - (time.monotonic() - began_s))

    def _grant_wishes(self) -> None:
        while not self._wishes.empty():
            wish = self._wishes.get_nowait()
            if not wish.granted.set_running_or_notify_cancel():
                continue
            try:
                if not isinstance(self._device, Adjustable):
                    raise WrongSettings(f"{self._slug} is no scale that can be tared from here")
                (self._device.tare if wish.to == "tare" else self._device.zero)()
            except BridgeError as error:
                wish.granted.set_exception(error)
                continue
            # What lies on it has not moved, what it weighs has: no bird came or went.
            for weighed in self._weighing.begin_anew():
                self._outbox.put(self._sample(weighed))
            wish.granted.set_result(None)

    def _send(self, measured: Measured) -> tuple[str, dict[str, Doubt]]:
        values, implausible = self._plausible(measured.values)
        doubts = self._doubts.judge(time.monotonic(), values)
        if measured.stable is False and not self._device.streaming:  # a scale's load is rarely settled, and no doubt
            settling: dict[str, Doubt] = dict.fromkeys(values, "settling")
            doubts = settling | doubts
        if self._device.streaming and LOAD in values:
            self._weigh(values[LOAD], measured.basis)
        if values and time.monotonic() >= self._next_readings_s:
            self._next_readings_s = time.monotonic() + (self._interval_s if self._device.streaming else 0.0)
            stamp = self._origin.stamp_now()
            self.health.note(*(_CLOCKLESS if is_mark(stamp["at"]) else ("", "")))
            self._outbox.put(Readings(**stamp, instrument=self._slug, values=values, doubts=doubts))
        return "; ".join(problem for problem in (measured.refused, implausible) if problem), doubts

    def _plausible(self, values: dict[str, float]) -> tuple[dict[str, float], str]:
        problems = {key: quantity(key).problem_with(value) for key, value in values.items()}
        refused = [f"{key}: {problem}" for key, problem in problems.items() if problem]
        self.health.fault(len(refused))
        return {key: value for key, value in values.items() if not problems[key]}, "; ".join(refused)

    def _weigh(self, load_grams: float, basis: str | None) -> None:
        at_s = time.monotonic()
        turn = self._basis.turn(at_s, basis)
        if turn is Turn.LEAVE:
            return
        birds = self._weighing.begin_anew() if turn is Turn.BEGIN_ANEW else []
        birds += self._weighing.feed(at_s, load_grams)
        for weighed in birds:
            self._outbox.put(self._sample(weighed))
        self.health.refused(self._weighing.refused)

    def _sample(self, weighed: Weighed) -> WeightSample:
        return WeightSample(
            **self._origin.stamp(self._origin.clock.mark() - timedelta(seconds=time.monotonic() - weighed.at_s)),
            scale=self._slug,
            grams=round(weighed.grams, 1),
            spread_grams=round(weighed.spread_grams, 1),
            settled_s=round(weighed.settled_s, 2),
        )

    def _lost(self, error: BridgeError, backoff: Backoff) -> float:
        self._count_faults()
        permanent = isinstance(error, PermanentError)
        counted = not isinstance(error, LineSilent) or error.asked
        if self.health.lost("failed" if permanent else "silent", cause_of(error), str(error), counted=counted):
            log.warning("%s: %s", self._slug, error)
        if permanent or isinstance(error, LineLost):
            return backoff.next_s()
        return 0.0 if self._device.streaming else self._interval_s

    def _count_faults(self) -> None:
        faults = self._device.faults
        self.health.fault(faults - self._faults_told)
        self._faults_told = faults


def _told(problem: str, doubts: dict[str, Doubt]) -> tuple[Cause, str]:
    """Return the cause and the sentence that the status tells of values that came."""
    if problem:
        return "values_impossible", problem
    for kind, cause, said in _DOUBTFUL:
        keys = ", ".join(key for key, doubt in doubts.items() if doubt == kind)
        if keys:
            return cause, f"{keys}: {said}"
    return "", ""
