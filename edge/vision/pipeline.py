"""One camera as a part of the agent: frame -> birds -> events.

Two threads: the camera's, which must never wait for the network, and the looking one, which takes the newest frame
whenever it is done with the last.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from edge.health import Health
from edge.origin import now
from edge.outbox import Outbox
from edge.threads import run_in_thread
from edge.vision.camera import Camera
from edge.vision.looking import Looking, Scene

log = logging.getLogger(__name__)

FRAME_WAIT_S = 1.0


class Watch:
    """One camera, looked at.

    Args:
        scene: which camera, and what it looks at.
        looking: what is made of its frames.
        outbox: where the events go.
        clock: what time it is; may raise ClockUnset.
    """

    def __init__(self, scene: Scene, *, looking: Looking, outbox: Outbox, clock: Callable[[], datetime] = now) -> None:
        self.health = looking.health
        self._slug = scene.config.slug
        self._progress = Health(self._slug)
        self._looking = looking
        self._outbox = outbox
        self._camera = Camera(scene.config, self.health, clock)

    @property
    def frame_wh(self) -> tuple[int, int] | None:
        """Width and height of the newest frame, in pixels; None before the first."""
        return self._looking.frame_wh

    @property
    def moved_since(self) -> datetime | None:
        """Since when the camera looks elsewhere than it used to; None when it does not."""
        return self._looking.moved_since

    def look(self, scene: Scene) -> None:
        """Look at the same camera with other marks, or another share of the floor, from the next frame on."""
        self._camera.look(scene.config)
        self._looking.look(scene)

    def stalled(self) -> bool:
        """Say whether the camera or the network hangs."""
        return self.health.stalled() or self._progress.stalled()

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            NetworkUnusable: the network that finds the birds is missing, damaged or can't be run here.
            ExceptionGroup: what stopped one of the two threads.
        """
        network = await asyncio.to_thread(self._looking.open)
        log.info("%s: %s counts the birds", self._slug, network.name)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_in_thread(f"camera {self._slug}", self._camera.read_until))
            tasks.create_task(run_in_thread(f"looking {self._slug}", self._look_until))

    def _look_until(self, stop: threading.Event) -> None:
        number = 0
        while not stop.is_set():
            self._progress.alive()
            frame = self._camera.next_frame(number, FRAME_WAIT_S)
            if frame is not None:
                number = frame.number
                for event in self._looking.take(frame):
                    self._outbox.put(event)
