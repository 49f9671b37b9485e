"""What a person says of a finding or a count becomes a label and a calibration; each verdict is answered once more.

A verdict may come twice (MQTT at least once, a cloud that asks again): the second time it only gets the same answer.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from contract.errors import HenwiseError
from contract.messages import CommandResult, Verdict
from edge.origin import Origin, now
from edge.outbox import UNNUMBERED, Outbox

log = logging.getLogger(__name__)

REMEMBERED = 500

HandCount = Callable[[str, datetime, int], str]
"""Takes camera, time of the picture and the birds a person counted in it; returns a sentence about what it did.

It raises a HenwiseError whose sentence says why it could not.
"""


class Labels(Protocol):
    """Where labels go; ``edge.vision.keeping.Keeper`` is one."""

    def judged(self, verdict: Verdict) -> bool:
        """Make a label; False when there is no picture for it."""
        ...


class Verdicts:
    """Handles verdicts; hand ``take`` to the publisher.

    Args:
        origin: who we are.
        outbox: where the answers go.
        labels: keeps them; None on a device without cameras.
        hand_count: takes counts by hand into a camera's calibration.
        cameras: slugs of the cameras that this device has.
    """

    def __init__(
        self,
        origin: Origin,
        outbox: Outbox,
        labels: Labels | None,
        *,
        hand_count: HandCount | None = None,
        cameras: tuple[str, ...] = (),
    ) -> None:
        self._origin = origin
        self._outbox = outbox
        self._labels = labels
        self._hand_count = hand_count
        self._cameras = cameras
        self._answered: OrderedDict[str, tuple[bool, str]] = OrderedDict()

    def take(self, verdict: Verdict) -> None:
        """Make a label of a verdict and put the answer into the outbox."""
        if verdict.verdict not in self._answered:
            self._answered[verdict.verdict] = self._handle(verdict)
            while len(self._answered) > REMEMBERED:
                self._answered.popitem(last=False)
        done, detail = self._answered[verdict.verdict]
        log.info("verdict %s on %s: %s", verdict.answer, verdict.camera, detail)
        self._outbox.put(
            CommandResult(
                device=self._origin.device,
                boot=self._origin.boot,
                seq=UNNUMBERED,
                at=now(),
                command=verdict.verdict,
                done=done,
                detail=detail[:2000],
            )
        )

    def _handle(self, verdict: Verdict) -> tuple[bool, str]:
        if verdict.camera not in self._cameras:
            return False, f"this device has no camera {verdict.camera}; it has: {', '.join(self._cameras) or 'none'}"
        try:
            labelled = self._labels.judged(verdict) if self._labels else False
        except OSError as error:
            return False, f"the label can't be stored: {error.strerror or error}; make room on the disk or check it"
        if verdict.answer == "count":
            return self._counted(verdict, labelled=labelled)
        if not labelled:
            return False, f"the picture of finding {verdict.finding} is not kept any more, so it can't become a label"
        return True, "kept as a label for the next training"

    def _counted(self, verdict: Verdict, *, labelled: bool) -> tuple[bool, str]:
        picture = "the picture is kept as a label" if labelled else "its picture is not kept any more"
        if self._hand_count is None or verdict.birds is None:
            return labelled, picture
        try:
            return True, f"{self._hand_count(verdict.camera, verdict.about_at, verdict.birds)}; {picture}"
        except HenwiseError as error:
            return False, f"{error}; {picture}"
