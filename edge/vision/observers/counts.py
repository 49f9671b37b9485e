"""Frames -> one FlockCount per window."""

from collections.abc import Iterator

from contract.messages import FlockCount
from edge.camera_config import CameraConfig
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.counting import CountWindow
from edge.vision.hand_counts import HandCounts
from edge.vision.observers.seen import Seen
from edge.vision.usual_view import view_key
from edge.vision.view import frame_count


class Counts:
    """Counts the birds that one camera sees.

    Args:
        config: the camera.
        origin: who speaks.
        network: what finds the birds.
        threshold: score below which that network gives no box.
        hand_counts: gives the correction learned from counts by hand, and remembers what those are held against.
    """

    def __init__(
        self, config: CameraConfig, origin: Origin, *, network: str, threshold: float, hand_counts: HandCounts
    ) -> None:
        self._camera = config.slug
        self._view_key = view_key(config)
        self._origin = origin
        self._network = network
        self._hand_counts = hand_counts
        self._threshold = threshold
        self._window = CountWindow(config.window_s, threshold)

    def look(self, config: CameraConfig, _frame: Frame) -> Iterator[FlockCount]:
        """Begin a window with other marks; a count is a level, so nothing is lost with the one before."""
        if view_key(config) != self._view_key:
            self._view_key = view_key(config)
            self._hand_counts.forget(self._camera)
        self._window = CountWindow(config.window_s, self._threshold)
        return iter(())

    def see(self, seen: Seen) -> Iterator[FlockCount]:
        """Take one frame; a picture with a fault, and one with more birds than the network can tell, don't count."""
        fit = not seen.fault and not seen.birds.capped
        frame = frame_count(seen.placed, seen.birds.scores) if fit else None
        counted = self._window.add(seen.frame.at_s, frame)
        if counted:
            factor = self._hand_counts.factor(self._camera, self._network)
            self._hand_counts.saw(self._camera, seen.frame.at, counted.visible_birds, self._network)
            yield FlockCount(
                **self._origin.stamp(seen.frame.at),
                camera=self._camera,
                window_s=round(counted.window_s, 3),
                frames=counted.frames,
                visible_birds=counted.visible_birds,
                visible_low=counted.visible_low,
                visible_high=counted.visible_high,
                confidence=round(counted.confidence, 3),
                factor=factor,
                share_birds=round(counted.own_birds * factor, 1),
                by_zone=counted.by_zone,
                network=self._network,
            )
