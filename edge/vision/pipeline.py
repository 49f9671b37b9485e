"""One camera as a part of the agent: frame -> birds -> a FlockCount each window, a Snapshot now and then.

Two threads: the camera's, which must never wait for the network, and the looking one, which takes the newest frame
whenever it is done with the last.
"""

import asyncio
import logging
import threading

from contract.messages import FlockCount, Snapshot
from edge.camera_config import CameraConfig
from edge.errors import NetworkUnusable
from edge.health import Health
from edge.origin import Origin
from edge.outbox import UNNUMBERED, Outbox
from edge.threads import run_in_thread
from edge.vision.camera import Camera, Frame
from edge.vision.counting import CountWindow, WindowCount
from edge.vision.detecting import SharedDetector
from edge.vision.picture import small_picture
from models.errors import ModelsError
from models.runtime.detections import Detections

log = logging.getLogger(__name__)

FRAME_WAIT_S = 1.0


class Watch:
    """One camera, looked at.

    Args:
        config: which camera, how often.
        detector: finds the birds.
        outbox: where its events go.
        origin: who we are.
    """

    def __init__(self, config: CameraConfig, *, detector: SharedDetector, outbox: Outbox, origin: Origin) -> None:
        self.health = Health(config.slug)
        self._looking = Health(config.slug)
        self._config = config
        self._detector = detector
        self._outbox = outbox
        self._origin = origin
        self._camera = Camera(config, self.health)
        self._window = CountWindow(config.window_s)
        self._next_snapshot_s = 0.0

    def stalled(self) -> bool:
        """Say whether the camera or the network hangs."""
        return self.health.stalled() or self._looking.stalled()

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            NetworkUnusable: the network is missing, damaged or can't be run here.
            ExceptionGroup: what stopped one of the two threads.
        """
        try:
            network = await asyncio.to_thread(self._detector.open)
        except ModelsError as error:
            raise NetworkUnusable(str(error)) from error
        log.info("%s: %s counts the birds", self._config.slug, network)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_in_thread(f"camera {self._config.slug}", self._camera.read_until))
            tasks.create_task(
                run_in_thread(f"looking {self._config.slug}", lambda stop: self._look_until(stop, network))
            )

    def _look_until(self, stop: threading.Event, network: str) -> None:
        seen = 0
        while not stop.is_set():
            self._looking.alive()
            frame = self._camera.next_frame(seen, FRAME_WAIT_S)
            if frame is not None:
                seen = frame.number
                self._look(frame, network)

    def _look(self, frame: Frame, network: str) -> None:
        detections = self._detector.detect(frame.image)
        counted = self._window.add(frame.at_s, len(detections))
        if counted:
            self._outbox.put(self._count(frame, counted, network))
        if frame.at_s >= self._next_snapshot_s:
            self._next_snapshot_s = frame.at_s + self._config.snapshot_every_s
            self._outbox.put(self._snapshot(frame, detections, network))

    def _count(self, frame: Frame, counted: WindowCount, network: str) -> FlockCount:
        return FlockCount(
            device=self._origin.device,
            boot=self._origin.boot,
            seq=UNNUMBERED,
            at=frame.at,
            camera=self._config.slug,
            window_s=round(counted.window_s, 3),
            frames=counted.frames,
            visible_birds=counted.visible_birds,
            visible_low=counted.visible_low,
            visible_high=counted.visible_high,
            confidence=0.0,
            share_birds=counted.visible_birds,
            network=network,
        )

    def _snapshot(self, frame: Frame, detections: Detections, network: str) -> Snapshot:
        picture = small_picture(frame.image, detections.xyxy, detections.scores)
        return Snapshot(
            device=self._origin.device,
            boot=self._origin.boot,
            seq=UNNUMBERED,
            at=frame.at,
            camera=self._config.slug,
            size_wh=picture.size_wh,
            jpeg=picture.jpeg,
            boxes=picture.boxes,
            network=network,
        )
