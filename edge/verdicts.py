"""What a person says of a finding or a count becomes a label and a calibration."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from contract.errors import HenwiseError
from contract.messages import Verdict
from edge.answering import Answer, Answers
from edge.origin import Origin
from edge.outbox import Outbox

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
        self._answers = Answers(origin, outbox)
        self._labels = labels
        self._hand_count = hand_count
        self._cameras = cameras

    def take(self, verdict: Verdict) -> None:
        """Make a label of a verdict and put the answer into the outbox."""
        self._answers.give(
            verdict.verdict,
            f"verdict {verdict.answer} on {verdict.camera}",
            lambda: Answer(*self._handle(verdict)),
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
