"""Is a camera's picture fit to be counted? Pure: the time is handed in.

dark      next to nothing is bright: night without a lamp. An infrared picture is a picture like any other.
covered   next to nothing has edges, or most parts that usually have them lost them: a bag, a hand, a cobweb, dust,
          a lens out of focus.
frozen    the very same picture, or two in turn, for a minute. A living sensor's noise never repeats; a clip that
          plays again shows more than two.
moved     the camera turned against its usual view, see ``edge.vision.position``.

A frame that looks unfit is withheld from the count at once; the cause is told when it lasts, and taken back when the
picture has been good for a while.
"""

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.messages import Cause
from edge.vision.position import Position, Shift, gradients, light_of, small_grey

TOLD_AFTER_S = 5.0
GOOD_AFTER_S = 10.0
DETAIL_PIXELS = 160 * 120
GRID_WH = (8, 6)

DARK_MEAN, DARK_BRIGHTEST = 16.0, 25.0
"""Grey levels of 255. Houses by day were seen at a mean of 80 to 150, an infrared picture at 37 with 143 brightest."""
PLAIN = 0.009
"""Gradient of the most detailed tenth over the brightness. Real scenes: 0.024 and more; covered: 0.003 to 0.007."""
KEPT_DETAIL, LOST_PARTS = 0.3, 0.6
"""Covered, when so large a share of the parts have less than this share of their usual detail."""
USUAL_LEAST = 0.015
"""A part with less detail than this by itself can't tell."""
USUAL_AFTER = 60
ADAPT_S = 5 * 86_400.0
FROZEN_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Fitness:
    """What is wrong with a picture.

    Attributes:
        fit: it may be counted.
        cause: what is wrong for a while already, as the contract names it; empty when nothing is.
        problem: the same in English, with what to do.
    """

    fit: bool
    cause: Cause = ""
    problem: str = ""


PROBLEMS: dict[Cause, str] = {
    "picture_dark": "the picture is dark; switch on a light or the camera's infrared lamp",
    "picture_covered": "the picture shows next to no detail: the lens is covered, dirty or out of focus; clean it",
    "picture_frozen": "the camera sends the same picture again and again; switch it off and on",
}


def cause_at_once(image: NDArray[np.uint8]) -> Cause:
    """Say what a single picture (height, width, 3) BGR tells by itself: dark, covered, or empty when it is fit."""
    grey = small_grey(image, DETAIL_PIXELS)
    if _is_dark(grey):
        return "picture_dark"
    return "picture_covered" if np.percentile(_detail(grey), 90) < PLAIN else ""


class Condition:
    """Looks at each frame of one camera.

    Args:
        frozen_after_s: the very same picture for so long is a frozen one.
        reference: what ``reference()`` gave in an earlier run of the same camera in the same place, if anything.
    """

    def __init__(self, frozen_after_s: float = 60.0, reference: bytes | None = None) -> None:
        self._stillness = _Stillness(frozen_after_s)
        self._cover = _Cover()
        self._position = Position(reference)
        self._told: tuple[Cause, str] = ("", "")
        self._other_since_s: float | None = None

    def look(self, at_s: float, image: NDArray[np.uint8]) -> Fitness:
        """Look at one frame.

        Args:
            at_s: when it was taken, on any clock that only rises, in s.
            image: (height, width, 3) uint8, BGR.
        """
        cause, problem = self._seen(at_s, image)
        if cause == self._told[0]:
            self._told = (cause, problem)
            self._other_since_s = None
        else:
            if self._other_since_s is None:
                self._other_since_s = at_s
            if at_s - self._other_since_s >= (TOLD_AFTER_S if cause else GOOD_AFTER_S):
                self._told, self._other_since_s = (cause, problem), None
        return Fitness(not cause and not self._told[0], *self._told)

    def reference(self) -> bytes | None:
        """Give what was learned of the usual view since the last call, for a file; None when nothing is new."""
        return self._position.reference()

    def _seen(self, at_s: float, image: NDArray[np.uint8]) -> tuple[Cause, str]:
        grey = small_grey(image, DETAIL_PIXELS)
        cause: Cause = ""
        if _is_dark(grey):
            cause = "picture_dark"
        elif self._cover.covers(at_s, light_of(image), grey):
            cause = "picture_covered"
        elif self._stillness.frozen(at_s, image):
            cause = "picture_frozen"
        if cause:
            return cause, PROBLEMS[cause]
        shift = self._position.look(at_s, image)
        return ("camera_moved", _told_shift(shift)) if shift else ("", "")


@dataclass(slots=True)
class _Usual:
    detail: NDArray[np.float32]
    at_s: float
    looks: int = 1


class _Cover:
    """Tells whether detail is missing, by itself and against the usual by day and by night."""

    def __init__(self) -> None:
        self._usual: dict[str, _Usual] = {}

    def covers(self, at_s: float, light: str, grey: NDArray[np.float32]) -> bool:
        detail = _detail(grey)
        usual = self._usual.setdefault(light, _Usual(detail, at_s))
        if np.percentile(detail, 90) < PLAIN:
            return True
        if usual.looks >= USUAL_AFTER and _lost_parts(usual.detail, detail) >= LOST_PARTS:
            return True
        # A plain mean at first, then slowly: a lens that gets dusty must not become the usual in a day.
        share = max(1 / usual.looks if usual.looks <= USUAL_AFTER else 0, min(1, (at_s - usual.at_s) / ADAPT_S))
        usual.detail = usual.detail + np.float32(share) * (detail - usual.detail)
        usual.at_s = at_s
        usual.looks += 1
        return False


def _lost_parts(usual: NDArray[np.float32], detail: NDArray[np.float32]) -> float:
    telling = usual >= USUAL_LEAST
    if telling.mean() < LOST_PARTS:
        return 0.0
    return float((detail[telling] < KEPT_DETAIL * usual[telling]).mean())


class _Stillness:
    """Tells whether pictures repeat."""

    def __init__(self, frozen_after_s: float) -> None:
        self._frozen_after_s = frozen_after_s
        self._known: tuple[tuple[int, bytes], ...] = ()
        self._since_s = 0.0
        self._looks = 0

    def frozen(self, at_s: float, image: NDArray[np.uint8]) -> bool:
        seal = _seal(image)
        if seal not in self._known:
            self._known = (seal, *self._known[:1])
            self._since_s, self._looks = at_s, 0
        self._looks += 1
        return self._looks >= FROZEN_LOOKS and at_s - self._since_s >= self._frozen_after_s


def _seal(image: NDArray[np.uint8]) -> tuple[int, bytes]:
    """Return what two pictures share only when they are the same, at the speed of reading them."""
    flat = np.ascontiguousarray(image).reshape(-1)
    words = flat[: len(flat) // 8 * 8].view(np.uint64)
    # The order of the sums, one for each of up to 64 bands, is part of the seal.
    sums = np.add.reduceat(words, np.arange(0, len(words), max(1, len(words) // 64))) if len(words) else words
    return zlib.crc32(flat[len(words) * 8 :].data), sums.tobytes()


def _is_dark(grey: NDArray[np.float32]) -> bool:
    return bool(grey.mean() < DARK_MEAN and np.percentile(grey, 95) < DARK_BRIGHTEST)


def _detail(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    strength = np.hypot(*gradients(grey)) / np.float32(np.percentile(grey, 95) + 20)
    parts: NDArray[np.float32] = cv2.resize(strength, GRID_WH, interpolation=cv2.INTER_AREA)
    return parts


def _told_shift(shift: Shift) -> str:
    what = "nothing of the usual view is recognised"
    if not shift.lost:
        what = f"the view turned by {shift.degrees:.0f} degrees and moved by {100 * shift.right:.0f} % of its width "
        what += f"and {100 * shift.down:.0f} % of its height"
    return f"{what}; turn the camera back, or raise its 'position' in edge.toml if it shall stay so"
