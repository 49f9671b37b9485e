"""One camera as a part of the agent: frame -> birds -> events.

Two threads: the camera's, which must never wait for the network, and the looking one, which takes the newest frame
whenever it is done with the last. What is made of a frame is the observers' business; here it is only looked at once
for all of them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.messages import Event
from edge.camera_config import CameraConfig
from edge.errors import NetworkUnusable
from edge.health import Health
from edge.outbox import Outbox
from edge.threads import run_in_thread
from edge.vision.camera import Camera, Frame
from edge.vision.condition import Condition
from edge.vision.detecting import Network, SharedDetector
from edge.vision.observers.seen import Observer, Seen
from edge.vision.polygon import Place
from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from edge.vision.usual_view import UsualView, view_key
from edge.vision.view import View
from models.errors import ModelsError
from models.runtime.detections import Detections

log = logging.getLogger(__name__)

FRAME_WAIT_S = 1.0

MakeObservers = Callable[[CameraConfig, Network], Sequence[Observer]]
"""Makes what looks at the frames of a camera, once its network is known."""


@dataclass(frozen=True, eq=False)
class Scene:
    """What a camera looks at.

    Attributes:
        config: which camera, how often, what is marked in its picture.
        view: what it shows of the floor.
        usual_view: where it looked so far.
    """

    config: CameraConfig
    view: View
    usual_view: UsualView


class Watch:
    """One camera, looked at.

    Args:
        scene: which camera, and what it looks at.
        detector: finds the birds.
        make_observers: makes those that make events of what is seen.
        outbox: where the events go.
    """

    def __init__(
        self, scene: Scene, *, detector: SharedDetector, make_observers: MakeObservers, outbox: Outbox
    ) -> None:
        self.health = Health(scene.config.slug)
        self.frame_wh: tuple[int, int] | None = None
        """Width and height of the newest frame, in pixels; None before the first."""
        self.moved_since: datetime | None = None
        """Since when the camera looks elsewhere than it used to; None when it does not."""
        self._looking = Health(scene.config.slug)
        self._scene = self._wanted = scene
        self._detector = detector
        self._make_observers = make_observers
        self._outbox = outbox
        self._camera = Camera(scene.config, self.health)
        self._condition = Condition()
        self._tracker: Tracker | None = None

    def look(self, scene: Scene) -> None:
        """Look at the same camera with other marks, or another share of the floor, from the next frame on."""
        self._wanted = scene

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
            self._scene = self._wanted
            self._condition = await asyncio.to_thread(_condition_of, self._scene)
            observers = await asyncio.to_thread(self._make_observers, self._scene.config, network)
        except ModelsError as error:
            raise NetworkUnusable(str(error)) from error
        slug = self._scene.config.slug
        self._camera.look(self._scene.config)
        log.info("%s: %s counts the birds", slug, network.name)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_in_thread(f"camera {slug}", self._camera.read_until))
            tasks.create_task(run_in_thread(f"looking {slug}", lambda stop: self._look_until(stop, network, observers)))

    def _look_until(self, stop: threading.Event, network: Network, observers: Sequence[Observer]) -> None:
        number = 0
        while not stop.is_set():
            self._looking.alive()
            frame = self._camera.next_frame(number, FRAME_WAIT_S)
            if frame is not None:
                number = frame.number
                if self._wanted is not self._scene:
                    self._look_anew(frame, observers)
                seen = self._look(frame, network)
                for observer in observers:
                    self._tell(observer.see(seen))

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._outbox.put(event)

    def _look_anew(self, frame: Frame, observers: Sequence[Observer]) -> None:
        before, self._scene = self._scene, self._wanted
        config = self._scene.config
        if config != before.config:
            log.info("%s: counts with other marks from now on", config.slug)
            self._camera.look(config)
            for observer in observers:
                self._tell(observer.look(config, frame))
            if self._tracker and self.frame_wh:
                self._tracker.leave_by(_exits(config, self.frame_wh))
        if view_key(config) != view_key(before.config):
            # Another floor: where the camera usually looks is learned anew, as after a start.
            self._condition, self.moved_since = _condition_of(self._scene), None

    def _look(self, frame: Frame, network: Network) -> Seen:
        config = self._scene.config
        fitness = self._condition.look(frame.at_s, frame.image)
        self._scene.usual_view.keep(frame.at_s, self._condition)
        self.health.note(fitness.cause, fitness.problem)
        self.moved_since = (self.moved_since or frame.at) if fitness.cause == "camera_moved" else None
        fault = fitness.cause or ("" if fitness.fit else "other")
        found = Detections.none() if fault else self._detector.detect(frame.image, tiles=config.tiles)
        birds = found.at_least(network.threshold)
        size_wh = (frame.image.shape[1], frame.image.shape[0])
        self.frame_wh = size_wh
        placed = self._scene.view.place(birds.xyxy, size_wh)
        tracks = self._follow(frame.at_s, found, network, size_wh) if self._follows and not fault else None
        return Seen(frame, fault, birds, placed, tracks)

    def _follow(self, at_s: float, found: Detections, network: Network, size_wh: tuple[int, int]) -> Tracks:
        if self._tracker is None:
            exits = _exits(self._scene.config, size_wh)
            self._tracker = Tracker(TrackerConfig(sure_score=network.threshold), exits=exits)
        return self._tracker.update(at_s, found)

    @property
    def _follows(self) -> bool:
        return self._scene.config.wellness.enabled or bool(self._scene.config.gates)


def _condition_of(scene: Scene) -> Condition:
    return Condition(scene.config.frozen_after_s, scene.usual_view.load())


def _exits(config: CameraConfig, size_wh: tuple[int, int]) -> list[list[Place]]:
    wide, high = size_wh
    return [[(x * wide, y * high) for x, y in gate.hole] for gate in config.gates if gate.hole]
