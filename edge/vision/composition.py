"""What belongs to a camera, put together: the one place that knows all parts of this room."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.health import Health
from edge.kept_file import sweep_parts
from edge.origin import Origin
from edge.outbox import Outbox
from edge.vision.detecting import Network, SharedDetector
from edge.vision.hand_counts import HandCounts
from edge.vision.keeping import Keeper
from edge.vision.looking import Looking, Scene
from edge.vision.observers.birds import UNWELL, Birds
from edge.vision.observers.counts import Counts
from edge.vision.observers.findings import Findings
from edge.vision.observers.flock import Flock
from edge.vision.observers.gates import Gates
from edge.vision.observers.seen import Observer
from edge.vision.observers.snapshots import Snapshots
from edge.vision.pipeline import Watch
from edge.vision.rollbook import RollBook
from edge.vision.usual_view import UsualView
from edge.vision.view import view_of
from models.errors import ModelsError, WeightsError
from models.runtime import POSTURE, Classifier

log = logging.getLogger(__name__)


class Cameras:
    """The cameras of a device and what they share: networks, counts by hand, the store of kept pictures, the roll call.

    Args:
        config: the device's.
        origin: who speaks.
        outbox: where events go.
        posture: the network that tells standing, sitting, lying.
        cold_floor: says of a camera's slug whether a thermal array sees a cold part of the same floor now.
    """

    def __init__(
        self,
        config: EdgeConfig,
        *,
        origin: Origin,
        outbox: Outbox,
        posture: Path = POSTURE,
        cold_floor: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._config = config
        self._origin = origin
        self._outbox = outbox
        self._posture = posture
        self._cold_floor = cold_floor
        self.keeper = Keeper(config.data_dir, config.keeping)
        self.hand_counts = HandCounts(config.data_dir, config.cameras)
        self._folder = config.data_dir / "cameras"
        self._detectors: dict[Path | None, SharedDetector] = {}
        self._watches: dict[str, Watch] = {}
        self._snapshots: dict[str, Snapshots] = {}
        self._book = RollBook(config.door, origin, self._folder / "roll.json") if config.door else None

    def open(self) -> None:
        """Look at what is kept on the disk; a camera's network is opened when it is watched."""
        self.keeper.open()
        try:
            sweep_parts(self._folder)
        except OSError as error:
            log.warning("%s can't be cleared up (%s); look at data_dir", self._folder, error)

    def watch(self, camera: CameraConfig) -> Watch:
        """Put a camera together; nothing is opened yet."""
        scene = self.scene(camera)
        watch = Watch(scene, looking=self.looking(scene), outbox=self._outbox, clock=self._origin.clock.now)
        self._watches[camera.slug] = watch
        return watch

    def looking(self, scene: Scene) -> Looking:
        """Put together what is made of a camera's frames; nothing is opened yet."""
        health = Health(scene.config.slug)
        return Looking(
            scene,
            detector=self._detector(scene.config),
            make_observers=lambda config, network: self._observers(config, health, network),
            health=health,
        )

    def picture(self, camera: str) -> "Future[None] | None":
        """Have a camera send a picture with its next frame; None for no camera, or one without a network yet."""
        snapshots = self._snapshots.get(camera)
        return snapshots.now() if snapshots else None

    def frame_wh(self, camera: str) -> tuple[int, int] | None:
        """Return width and height of a camera's frames, in pixels; None before the first."""
        watch = self._watches.get(camera)
        return watch.frame_wh if watch else None

    def moved_since(self, camera: str) -> datetime | None:
        """Return since when a camera looks elsewhere than it used to; None when it does not."""
        watch = self._watches.get(camera)
        return watch.moved_since if watch else None

    def look(self, config: EdgeConfig, camera: str) -> bool:
        """Count with the marks of another configuration from the next frame on.

        Args:
            config: the device's, with other marks for one camera.
            camera: which.

        Returns:
            True when counts by hand were made on another floor and hold no longer.
        """
        self._config = config
        lost = False
        for one in config.cameras:
            if one.slug == camera:
                lost = self.hand_counts.look(one)
            # Cameras with a plan share the floor: where one begins, another ends.
            if one.slug == camera or one.plan:
                self._watches[one.slug].look(self.scene(one))
        return lost

    def scene(self, camera: CameraConfig) -> Scene:
        """Return what a camera looks at, with its marks."""
        return Scene(camera, view_of(self._config, camera), UsualView.of(self._config.data_dir, camera))

    def _detector(self, camera: CameraConfig) -> SharedDetector:
        if camera.network not in self._detectors:
            self._detectors[camera.network] = SharedDetector.as_chosen(camera.network, self._config.data_dir)
        return self._detectors[camera.network]

    def _observers(self, camera: CameraConfig, health: Health, network: Network) -> Sequence[Observer]:
        snapshots = Snapshots(
            camera, self._origin, network=network.name, keeper=self.keeper, threshold=network.threshold
        )
        self._snapshots[camera.slug] = snapshots
        observers: list[Observer] = [
            Counts(
                camera,
                self._origin,
                network=network.name,
                threshold=network.threshold,
                hand_counts=self.hand_counts,
            ),
            snapshots,
        ]
        observers.append(Gates(camera, self._origin, book=self._book))
        if camera.wellness.enabled:
            observers += self._wellness(camera, health, network)
        return observers

    def _wellness(self, camera: CameraConfig, health: Health, network: Network) -> list[Observer]:
        findings = Findings(self._origin, camera.slug, network=network.name, keeper=self.keeper)
        flock = Flock(
            camera,
            self._origin,
            findings=findings,
            folder=self._folder,
            zone=self._zone,
            cold=partial(self._cold_floor, camera.slug),
        )
        return [
            Birds(
                camera,
                findings=findings,
                posture=_optional(partial(Classifier.open, self._posture, threads=1), health),
                appearance=_optional(partial(_appearance, camera.wellness.appearance), health),
                tell_still=flock.lying_still,
                folder=self._folder,
                zone=self._zone,
            ),
            flock,
        ]

    @property
    def _zone(self) -> tzinfo | None:
        name = self._config.door and self._config.door.timezone
        return ZoneInfo(name) if name else None


def _optional(opened: Callable[[], Classifier | None], health: Health) -> Classifier | None:
    """Open a network that looks at single birds; without it a camera counts on, and says what it lacks."""
    try:
        return opened()
    except ModelsError as error:
        log.warning("%s: %s; birds that look sick are not told, the count goes on", health.slug, error)
        health.lacks("posture_unusable", str(error))
        return None


def _appearance(path: Path | None) -> Classifier | None:
    if path is None:
        return None
    classifier = Classifier.open(path, threads=1)
    if UNWELL not in classifier.card.classes:
        raise WeightsError(f"{path} knows {', '.join(classifier.card.classes)}, but has no class {UNWELL}")
    return classifier
