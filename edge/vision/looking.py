"""What is made of one camera's frames: is the picture fit, where are the birds, who is who, what is to be told.

One thread, no clock of its own: the pipeline hands it frames as they come, the bench's soak as fast as it can. What a
frame means is the observers' business; here it is only looked at once for all of them.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.messages import Event
from edge.camera_config import CameraConfig
from edge.errors import NetworkUnusable
from edge.health import Health
from edge.vision.camera import Frame
from edge.vision.condition import Condition
from edge.vision.detecting import Network, SharedDetector
from edge.vision.observers.seen import Observer, Seen
from edge.vision.polygon import Place
from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from edge.vision.usual_view import UsualView, view_key
from edge.vision.view import View
from models.errors import ModelsError
from models.runtime.closer import Gaze
from models.runtime.detections import Detections

log = logging.getLogger(__name__)

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


class Looking:
    """Looks at the frames of one camera, in their order.

    Args:
        scene: which camera, and what it looks at.
        detector: finds the birds.
        make_observers: makes those that make events of what is seen.
        health: told what is wrong with the pictures.

    Attributes:
        frame_wh: width and height of the newest frame, in pixels; None before the first.
        moved_since: since when the camera looks elsewhere than it used to; None when it does not.
    """

    def __init__(
        self, scene: Scene, *, detector: SharedDetector, make_observers: MakeObservers, health: Health
    ) -> None:
        self.health = health
        self.frame_wh: tuple[int, int] | None = None
        self.moved_since: datetime | None = None
        self._scene = self._wanted = scene
        self._detector = detector
        self._make_observers = make_observers
        self._network: Network | None = None
        self._observers: Sequence[Observer] = ()
        self._condition = Condition()
        self._tracker: Tracker | None = None
        self._gaze = Gaze()

    def open(self) -> Network:
        """Load what is needed; frames may be taken then.

        Raises:
            NetworkUnusable: the network is missing, damaged or can't be run here.
        """
        try:
            self._network = self._detector.open()
            self._scene = self._wanted
            self._condition = _condition_of(self._scene)
            self._observers = self._make_observers(self._scene.config, self._network)
        except ModelsError as error:
            raise NetworkUnusable(str(error)) from error
        return self._network

    def look(self, scene: Scene) -> None:
        """Look at the same camera with other marks, or another share of the floor, from the next frame on."""
        self._wanted = scene

    def take(self, frame: Frame) -> Iterator[Event]:
        """Look at a frame and give what is to be told."""
        if self._network is None:
            raise RuntimeError("open() comes before take()")
        if self._wanted is not self._scene:
            yield from self._look_anew(frame)
        seen = self._look(frame, self._network)
        for observer in self._observers:
            yield from observer.see(seen)

    def _look_anew(self, frame: Frame) -> Iterator[Event]:
        before, self._scene = self._scene, self._wanted
        config = self._scene.config
        if config != before.config:
            log.info("%s: counts with other marks from now on", config.slug)
            for observer in self._observers:
                yield from observer.look(config, frame)
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
        found = Detections.none() if fault else self._find(frame, config)
        birds = found.at_least(network.threshold)
        size_wh = (frame.image.shape[1], frame.image.shape[0])
        self.frame_wh = size_wh
        placed = self._scene.view.place(birds.xyxy, size_wh)
        tracks = self._follow(frame.at_s, found, network, size_wh) if self._follows and not fault else None
        return Seen(frame, fault, birds, placed, tracks)

    def _find(self, frame: Frame, config: CameraConfig) -> Detections:
        return self._detector.detect(frame.image, tiles=config.tiles, gaze=self._gaze)

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
