"""One camera as a part of the agent: frame -> birds -> events.

Two threads: the camera's, which must never wait for the network, and the looking one, which takes the newest frame
whenever it is done with the last. What is made of a frame is the observers' business; here it is only looked at once
for all of them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence

from edge.camera_config import CameraConfig
from edge.errors import NetworkUnusable
from edge.health import Health
from edge.outbox import Outbox
from edge.threads import run_in_thread
from edge.vision.camera import Camera, Frame
from edge.vision.condition import Condition
from edge.vision.detecting import Network, SharedDetector
from edge.vision.observers.seen import Observer, Seen
from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from edge.vision.usual_view import UsualView
from edge.vision.view import View
from models.errors import ModelsError
from models.runtime.detections import Detections

log = logging.getLogger(__name__)

FRAME_WAIT_S = 1.0

MakeObservers = Callable[[Network], Sequence[Observer]]
"""Makes what looks at the frames of a camera, once its network is known."""


class Watch:
    """One camera, looked at.

    Args:
        config: which camera, how often.
        view: what it shows of the floor.
        detector: finds the birds.
        make_observers: makes those that make events of what is seen.
        usual_view: where the camera looked so far.
        outbox: where the events go.
    """

    def __init__(
        self,
        config: CameraConfig,
        *,
        view: View,
        detector: SharedDetector,
        make_observers: MakeObservers,
        usual_view: UsualView,
        outbox: Outbox,
    ) -> None:
        self.health = Health(config.slug)
        self._looking = Health(config.slug)
        self._config = config
        self._view = view
        self._detector = detector
        self._make_observers = make_observers
        self._outbox = outbox
        self._camera = Camera(config, self.health)
        self._usual_view = usual_view
        self._condition = Condition()
        self._tracker: Tracker | None = None

    def stalled(self) -> bool:
        """Say whether the camera or the network hangs."""
        return self.health.stalled() or self._looking.stalled()

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            NetworkUnusable: a network is missing, damaged or can't be run here.
            ExceptionGroup: what stopped one of the two threads.
        """
        try:
            network = await asyncio.to_thread(self._detector.open)
            self._condition = Condition(self._config.frozen_after_s, await asyncio.to_thread(self._usual_view.load))
            observers = await asyncio.to_thread(self._make_observers, network)
        except ModelsError as error:
            raise NetworkUnusable(str(error)) from error
        log.info("%s: %s counts the birds", self._config.slug, network.name)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_in_thread(f"camera {self._config.slug}", self._camera.read_until))
            tasks.create_task(
                run_in_thread(f"looking {self._config.slug}", lambda stop: self._look_until(stop, network, observers))
            )

    def _look_until(self, stop: threading.Event, network: Network, observers: Sequence[Observer]) -> None:
        number = 0
        while not stop.is_set():
            self._looking.alive()
            frame = self._camera.next_frame(number, FRAME_WAIT_S)
            if frame is not None:
                number = frame.number
                seen = self._look(frame, network)
                for observer in observers:
                    for event in observer.see(seen):
                        self._outbox.put(event)

    def _look(self, frame: Frame, network: Network) -> Seen:
        fitness = self._condition.look(frame.at_s, frame.image)
        self._usual_view.keep(frame.at_s, self._condition)
        self.health.note(fitness.cause, fitness.problem)
        fault = fitness.cause or ("" if fitness.fit else "other")
        found = Detections.none() if fault else self._detector.detect(frame.image, tiles=self._config.tiles)
        birds = found.at_least(network.threshold)
        size_wh = (frame.image.shape[1], frame.image.shape[0])
        placed = self._view.place(birds.xyxy, size_wh)
        tracks = self._follow(frame.at_s, found, network, size_wh) if self._follows and not fault else None
        return Seen(frame, fault, birds, placed, tracks)

    def _follow(self, at_s: float, found: Detections, network: Network, size_wh: tuple[int, int]) -> Tracks:
        if self._tracker is None:
            wide, high = size_wh
            exits = [[(x * wide, y * high) for x, y in gate.hole] for gate in self._config.gates if gate.hole]
            self._tracker = Tracker(TrackerConfig(sure_score=network.threshold), exits=exits)
        return self._tracker.update(at_s, found)

    @property
    def _follows(self) -> bool:
        return self._config.wellness.enabled or bool(self._config.gates)
