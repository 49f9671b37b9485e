"""What is made of one camera's frames: is the picture fit, where are the birds, who is who, what is to be told.

One thread, no clock of its own: the pipeline hands it frames as they come, the bench's soak as fast as it can.
"""

from collections.abc import Callable, Iterator, Sequence

from contract.messages import Event
from edge.camera_config import CameraConfig
from edge.errors import NetworkUnusable
from edge.health import Health
from edge.vision.camera import Frame
from edge.vision.condition import Condition
from edge.vision.detecting import Network, SharedDetector
from edge.vision.observers.seen import Observer, Seen
from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from edge.vision.usual_view import UsualView
from edge.vision.view import View
from models.errors import ModelsError
from models.runtime.detections import Detections

MakeObservers = Callable[[Network], Sequence[Observer]]
"""Makes what looks at the frames of a camera, once its network is known."""


class Looking:
    """Looks at the frames of one camera, in their order.

    Args:
        config: which camera.
        view: what it shows of the floor.
        detector: finds the birds.
        make_observers: makes those that make events of what is seen.
        usual_view: where the camera looked so far.
        health: told what is wrong with the pictures.
    """

    def __init__(
        self,
        config: CameraConfig,
        *,
        view: View,
        detector: SharedDetector,
        make_observers: MakeObservers,
        usual_view: UsualView,
        health: Health,
    ) -> None:
        self.health = health
        self._config = config
        self._view = view
        self._detector = detector
        self._make_observers = make_observers
        self._usual_view = usual_view
        self._network: Network | None = None
        self._observers: Sequence[Observer] = ()
        self._condition = Condition()
        self._tracker: Tracker | None = None

    def open(self) -> Network:
        """Load what is needed; frames may be taken then.

        Raises:
            NetworkUnusable: the network is missing, damaged or can't be run here.
        """
        try:
            self._network = self._detector.open()
            self._condition = Condition(self._config.frozen_after_s, self._usual_view.load())
            self._observers = self._make_observers(self._network)
        except ModelsError as error:
            raise NetworkUnusable(str(error)) from error
        return self._network

    def take(self, frame: Frame) -> Iterator[Event]:
        """Look at a frame and give what is to be told."""
        if self._network is None:
            raise RuntimeError("open() comes before take()")
        seen = self._look(frame, self._network)
        for observer in self._observers:
            yield from observer.see(seen)

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
