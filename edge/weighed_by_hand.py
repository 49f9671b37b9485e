"""Weighings by hand travel to the cloud: `calibrate weighing` writes them beside a scale, the running agent sends them.

Each is sent once the outbox has it on the disk; which were sent stands in `scales/<slug>.hand-weighings-sent.json`,
which only the agent writes. Sent twice, after a power cut between the two, it is still one: its id is the same.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Final

from contract import messages
from edge.kept_file import read_kept, write_kept
from edge.origin import Origin
from edge.outbox import Outbox
from edge.weighdesk.hand_weighings import HandWeighing, HandWeighings

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 20.0
COMMITS_WITHIN_S: Final = 10.0


class WeighedByHand:
    """Sends the weighings by hand beside a device's scales.

    Args:
        data_dir: of the device.
        scales: slugs of its instruments; those without a weighing cost a look at a file.
        outbox: where they go.
        origin: who we are.
    """

    def __init__(self, data_dir: Path, scales: Sequence[str], outbox: Outbox, origin: Origin) -> None:
        self._data_dir = data_dir
        self._scales = scales
        self._outbox = outbox
        self._origin = origin

    async def run(self, every_s: float = LOOK_EVERY_S) -> None:
        """Look for new ones until cancelled."""
        while True:
            for scale in self._scales:
                await asyncio.to_thread(self.send, scale)
            await asyncio.sleep(every_s)

    def send(self, scale: str) -> int:
        """Send what was not sent yet, and return how many that was."""
        rows = {row.id_beside(scale): row for row in HandWeighings.of(self._data_dir, scale).rows()}
        if not rows:
            return 0
        path = self._data_dir / "scales" / f"{scale}.hand-weighings-sent.json"
        sent = _sent(path)
        told = [name for name in rows if name not in sent and self._put(scale, name, rows[name])]
        if told:
            try:
                write_kept(path, json.dumps([name for name in rows if name in {*sent, *told}]).encode())
            except OSError as error:
                log.warning("%s can't be written (%s): these weighings are sent again", path, error.strerror)
        return len(told)

    def _put(self, scale: str, name: str, row: HandWeighing) -> bool:
        message = messages.HandWeighing(
            **self._origin.stamp_now(),
            weighing=name,
            scale=scale,
            day=row.day,
            age_days=row.age_days,
            grams=row.grams,
            birds=row.birds,
            cv_percent=row.cv_percent,
        )
        try:
            self._outbox.put(message).result(COMMITS_WITHIN_S)
        except (CancelledError, TimeoutError):  # the disk refuses
            return False
        log.info("%s: %g g by hand on %s is on its way to the cloud", scale, row.grams, row.day)
        return True


def _sent(path: Path) -> list[str]:
    content = read_kept(path)
    try:
        names = json.loads(content) if content else []
    except (ValueError, RecursionError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
