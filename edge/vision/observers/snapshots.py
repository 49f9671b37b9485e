"""Now and then the whole picture, with its boxes beside it."""

from collections.abc import Iterator
from concurrent.futures import Future

from contract.messages import Snapshot
from edge.camera_config import CameraConfig
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.keeping import Keeper
from edge.vision.observers.seen import Seen
from edge.vision.picture import Picture, small_picture


class Snapshots:
    """Sends a picture every so often; one with a fault too, so that a person sees what is wrong.

    Args:
        config: the camera.
        origin: who speaks.
        network: what finds the birds.
        keeper: keeps those that the network is unsure of, and remembers those that were sent.
        threshold: score from which on a box is a bird.
    """

    def __init__(self, config: CameraConfig, origin: Origin, *, network: str, keeper: Keeper, threshold: float) -> None:
        self._config = config
        self._origin = origin
        self._network = network
        self._keeper = keeper
        self._threshold = threshold
        self._next_s = 0.0
        self._wanted: Future[None] | None = None

    def now(self) -> "Future[None]":
        """Send a picture with the next frame; the future is done when it went into the outbox's hands."""
        wanted = self._wanted
        if wanted is None or wanted.done():
            wanted = self._wanted = Future()
        return wanted

    def look(self, config: CameraConfig, frame: Frame) -> Iterator[Snapshot]:
        """Send a picture at once: somebody waits to see what they marked."""
        self._config, self._next_s = config, frame.at_s
        return iter(())

    def see(self, seen: Seen) -> Iterator[Snapshot]:
        """Take one frame."""
        frame, camera = seen.frame, self._config.slug
        if not seen.fault and self._keeper.wants(camera, frame.at, seen.birds.scores, self._threshold):
            self._keeper.uncertain(camera, frame.at, _picture(seen), self._network)
        wanted, self._wanted = self._wanted, None
        if frame.at_s < self._next_s and wanted is None:
            return
        self._next_s = frame.at_s + self._config.snapshot_every_s
        picture = _picture(seen)
        self._keeper.snapshot(camera, frame.at, picture, self._network)
        yield Snapshot(
            **self._origin.stamp(frame.at),
            camera=camera,
            size_wh=picture.size_wh,
            jpeg=picture.jpeg,
            boxes=picture.boxes,
            network=self._network,
        )
        if wanted is not None and not wanted.done():
            wanted.set_result(None)


def _picture(seen: Seen) -> Picture:
    return small_picture(seen.frame.image, seen.birds.xyxy, seen.birds.scores)
