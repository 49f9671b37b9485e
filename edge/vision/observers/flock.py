"""Followed birds -> one FlockHealth per window, and findings about the flock as a whole."""

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path

from contract.messages import Event, FlockHealth
from edge.camera_config import CameraConfig, Polygon
from edge.origin import Origin
from edge.vision.camera import Frame
from edge.vision.floor import Floor
from edge.vision.groups import GroupWatch
from edge.vision.learned import keep, restored
from edge.vision.observers.findings import Findings
from edge.vision.observers.seen import Seen
from edge.vision.rhythm import DayRhythm
from edge.vision.wellness import Wellness, WellnessWindow

PICTURE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""The floor of a camera that doesn't say: all of the picture."""


class Flock:
    """How the birds of one camera move and stand to each other.

    Args:
        config: the camera.
        origin: who speaks.
        findings: makes what is told about the flock as a whole.
        folder: where what is usual at each hour is kept.
        zone: the house's local time; None = the device's.
        cold: says whether a thermal array sees a cold part of the floor now.
    """

    def __init__(
        self,
        config: CameraConfig,
        origin: Origin,
        *,
        findings: Findings,
        folder: Path,
        zone: tzinfo | None = None,
        cold: Callable[[], bool] = lambda: False,
    ) -> None:
        self._config = config
        self._origin = origin
        self._tell = findings.tell
        self._zone = zone
        self._cold = cold
        self._kept = folder / f"rhythm-{config.slug}.json"
        self._rhythm = restored(self._kept, DayRhythm.restore)
        self._groups = GroupWatch()
        self._window: WellnessWindow | None = None
        self._size_wh = (0, 0)
        self._still_birds = 0

    def lying_still(self, birds: int) -> None:
        """Take how many birds lie still at the moment; told with the next window."""
        self._still_birds = birds

    def look(self, config: CameraConfig, _frame: Frame) -> Iterator[Event]:
        """Begin a window on another floor; how lively the flock was in the part of one before is not told."""
        if _ground(config) != _ground(self._config):
            self._window = None
        self._config = config
        return iter(())

    def see(self, seen: Seen) -> Iterator[Event]:
        """Take one frame."""
        if seen.tracks is None:
            return
        if self._window is None or seen.size_wh != self._size_wh:
            self._window, self._size_wh = self._begun(seen.size_wh), seen.size_wh
        tracks = seen.tracks
        closed = self._window.update(seen.frame.at_s, tracks.ids, tracks.xyxy, tracks.seen)
        if closed:
            yield self._health(seen, closed)
            yield from self._findings(seen, closed)

    def _begun(self, size_wh: tuple[int, int]) -> WellnessWindow:
        wide, high = size_wh
        floor, *drinkers = (
            Floor.of(tuple((x * wide, y * high) for x, y in corners), has_walls=corners is not PICTURE)
            for corners in _ground(self._config)
        )
        return WellnessWindow(self._config.wellness.window_s, floor, drinkers=tuple(drinkers))

    def _health(self, seen: Seen, window: Wellness) -> FlockHealth:
        return FlockHealth(
            **self._origin.stamp(seen.frame.at),
            camera=self._config.slug,
            window_s=round(window.window_s, 3),
            activity_lengths_per_min=round(min(600.0, window.activity_lengths_per_min), 2),
            spread_ratio=round(min(1.0, window.spread_ratio), 3),
            huddle_ratio=round(min(1.0, window.huddle_ratio), 3),
            still_birds=self._still_birds,
        )

    def _findings(self, seen: Seen, window: Wellness) -> Iterator[Event]:
        local = seen.frame.at.astimezone(self._zone)
        usual_huddle, usual_activity = (
            self._rhythm.usual(local, quantity) for quantity in ("huddle_ratio", "activity_lengths_per_min")
        )
        found = self._groups.judge(
            seen.frame.at_s, window, usual_huddle, usual_activity, dark=seen.night, cold=self._cold()
        )
        if found:
            yield self._tell(
                seen,
                kind=found.kind,
                score=found.score,
                reasons=found.reasons,
                since_s=found.since_s,
                xyxy=found.xyxy,
            )
        self._learn(local, window)

    def _learn(self, local: datetime, window: Wellness) -> None:
        self._rhythm.add(local, window)
        keep(self._kept, self._rhythm)


def _ground(config: CameraConfig) -> tuple[Polygon, ...]:
    """Return the floor, then the drinkers on it."""
    return (config.floor or PICTURE, *(zone.polygon for zone in config.zones if zone.kind == "drinker"))
