"""Does a camera still look where it looked? Pure: pictures and times in, a Shift out.

What stands still in a scene keeps the direction of its edges; birds that walk by don't. So over some minutes the
gradients of many pictures are averaged: their mean divided by their mean strength is 1 on walls and lines whatever the
light, and near 0 where birds come and go. That map is compared with a learned one by normalised correlation, over
shifts of up to a fifth of the picture and turns of up to 24 degrees. On real houses unrelated maps were seen to
correlate with up to 0.15, the same scene with 0.2 to 0.9, more the more of it stands still.
"""

import io
import logging
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

MAP_PIXELS = 160 * 90
SAMPLE_EVERY_S = 2.0
BLOCK_S = 180.0
BLOCK_SAMPLES = 12
"""A block of pictures lasts so long at least, and holds so many at least."""

SAME_SCENE = 0.2
STEADY_SCENE = 0.3
"""Two blocks must agree so well before they are learned: a hand-held camera has no usual view."""
SHIFTED_LEAST, SHIFTED_MORE = 0.25, 0.12
LOST = 0.07
SHIFTED_BLOCKS, LOST_BLOCKS = 2, 7
"""Blocks in a row that must say so; nothing recognised may also be a flock lying down, so it takes longer."""
ADAPT_S = 86_400.0
"""What was learned follows slow changes, a raised feeder line or litter, with this time constant."""

_REACH = 0.2
_PLAY_WH = (3, 2)
"""Pixels of a map that a fixed camera may waver."""
_TURNS = range(-24, 25, 3)
_GREY_CHROMA = 6.0

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shift:
    """How a camera's view differs from its usual one.

    Attributes:
        lost: nothing of the usual view is recognised; the others are 0 then.
        degrees: it turned about its axis by so much, to 3 degrees.
        right: it moved so much of the picture's width to the right, 0.1 = a tenth.
        down: the same of its height.
    """

    lost: bool
    degrees: float = 0.0
    right: float = 0.0
    down: float = 0.0


class Position:
    """Learns a camera's usual view and says when it is no longer that.

    Args:
        reference: what ``reference()`` gave in an earlier run; None or anything unreadable = learn anew.
    """

    def __init__(self, reference: bytes | None = None) -> None:
        self._usual = _unpacked(reference) if reference else {}
        self._candidate: dict[str, Map] = {}
        self._blocks_learned = dict.fromkeys(self._usual, 1_000)
        self._block: _Block | None = None
        self._last_sample_s = float("-inf")
        self._shifted = self._lost = 0
        self._shift: Shift | None = None
        self._fresh = False

    def look(self, at_s: float, image: NDArray[np.uint8]) -> Shift | None:
        """Take a picture (height, width, 3) BGR that is fit otherwise; say how its view differs from the usual one."""
        if at_s - self._last_sample_s >= SAMPLE_EVERY_S:
            self._last_sample_s = at_s
            light = light_of(image)
            if self._block is None or not self._block.goes_on(at_s, light, image):
                self._block = _Block(at_s, light)
            self._block.add(at_s, image)
            if self._block.is_full():
                self._judge(self._block)
                self._block = None
        return self._shift

    def reference(self) -> bytes | None:
        """Give what was learned since the last call, small enough for a file; None when nothing is new."""
        if not self._fresh:
            return None
        self._fresh = False
        packed = io.BytesIO()
        shrunk = {light: np.round(usual * 127).astype(np.int8) for light, usual in self._usual.items()}
        np.savez_compressed(packed, **shrunk)  # type: ignore[arg-type]  # numpy's stub takes a name for allow_pickle
        return packed.getvalue()

    def _judge(self, block: "_Block") -> None:
        now = block.map()
        usual = self._usual.get(block.light)
        # By night, what was learned by day must not be forgotten: a camera may have been moved in between.
        against = next(
            (one for one in (usual, *self._usual.values()) if one is not None and one.shape == now.shape), None
        )
        same, shift, moved = compared(against, now) if against is not None else (0.0, Shift(lost=False), 0.0)
        shifted = moved >= SHIFTED_LEAST and moved >= same + SHIFTED_MORE
        lost = usual is not None and not shifted and same < LOST
        self._shifted = self._shifted + 1 if shifted else 0
        self._lost = self._lost + 1 if lost else 0
        if self._shifted >= SHIFTED_BLOCKS:
            self._shift = shift
        elif self._lost >= LOST_BLOCKS:
            self._shift = Shift(lost=True)
        elif not shifted and (usual is None or usual.shape != now.shape):
            self._learn(block.light, now)
        elif usual is not None and same >= SAME_SCENE and not shifted:
            self._shift = None
            self._adapt(block, usual, now)

    def _learn(self, light: str, now: Map) -> None:
        before = self._candidate.get(light)
        self._candidate[light] = now
        if before is not None and before.shape == now.shape and compared(before, now)[0] >= STEADY_SCENE:
            self._usual[light] = np.mean([before, now], axis=0, dtype=np.float32)
            self._blocks_learned[light] = 2
            self._fresh = True

    def _adapt(self, block: "_Block", usual: Map, now: Map) -> None:
        # At first a plain mean, so that birds that lay still while it was learned fade; then slowly.
        self._blocks_learned[block.light] += 1
        share = max(1 / self._blocks_learned[block.light], block.length_s / ADAPT_S)
        self._usual[block.light] = (usual + share * (now - usual)).astype(np.float32)
        self._fresh = True


class _Block:
    """Pictures of some minutes, summed up."""

    def __init__(self, began_s: float, light: str) -> None:
        self.light = light
        self._began_s = self._last_s = began_s
        self._samples = 0
        self._size_wh = (0, 0)
        self._across: Map | None = None
        self._down: Map | None = None
        self._strength: Map | None = None

    @property
    def length_s(self) -> float:
        return self._last_s - self._began_s

    def goes_on(self, at_s: float, light: str, image: NDArray[np.uint8]) -> bool:
        away = at_s - self._last_s > BLOCK_S
        return light == self.light and not away and (image.shape[1], image.shape[0]) == self._size_wh

    def add(self, at_s: float, image: NDArray[np.uint8]) -> None:
        self._size_wh = (image.shape[1], image.shape[0])
        self._last_s = at_s
        self._samples += 1
        across, down = gradients(small_grey(image, MAP_PIXELS))
        strength = np.hypot(across, down)
        if self._across is None or self._down is None or self._strength is None:
            self._across, self._down, self._strength = across, down, strength
        else:
            self._across += across
            self._down += down
            self._strength += strength

    def is_full(self) -> bool:
        return self.length_s >= BLOCK_S and self._samples >= BLOCK_SAMPLES

    def map(self) -> Map:
        if self._across is None or self._down is None or self._strength is None:
            raise RuntimeError("add() comes before map()")
        # 1.5 grey levels of gradient are noise; they keep an even wall from looking like an edge.
        steady = np.hypot(self._across, self._down) / (self._strength + np.float32(1.5 * self._samples))
        mapped: Map = steady - cv2.GaussianBlur(steady, (0, 0), 8)
        return mapped


def small_grey(image: NDArray[np.uint8], pixels: int) -> Map:
    """Shrink a picture (height, width, 3) BGR to about so many pixels, in grey levels; its sides keep their ratio."""
    height, width = image.shape[:2]
    scale = (pixels / (height * width)) ** 0.5
    size_wh = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    # Halving is quick, averaging over odd shares of pixels is not: 0.3 instead of 1.4 ms from 960 x 540.
    while grey.shape[1] >= 2 * size_wh[0] and grey.shape[0] >= 2 * size_wh[1]:
        grey = cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_LINEAR)
    small: Map = cv2.resize(grey, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small


def gradients(grey: Map) -> tuple[Map, Map]:
    """Return how much grey levels rise per pixel to the right and down, a little smoothed against noise."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *axis, ksize=3, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    return across, down


def compared(usual: Map, now: Map) -> tuple[float, Shift, float]:
    """Compare two maps of one shape.

    Returns:
        Their correlation in place (give or take the play of a fixed camera), the best of all other places, and the
        correlation there.
    """
    height, width = usual.shape
    reach_wh = (int(width * _REACH), int(height * _REACH))
    in_place, found, best = -1.0, Shift(lost=False), -1.0
    for degrees in _TURNS:
        surface = _correlations(usual, _turned(now, degrees), reach_wh)
        if abs(degrees) <= _TURNS.step:
            (x, y), (w, h) = reach_wh, _PLAY_WH
            play = surface[y - h : y + h + 1, x - w : x + w + 1]
            if degrees == 0:
                in_place = float(play.max())
            play[:] = -1
        _least, most, _where, (at_x, at_y) = cv2.minMaxLoc(surface)
        if most > best:
            best = most
            right, down = (at_x - reach_wh[0]) / width, (at_y - reach_wh[1]) / height
            found = Shift(lost=False, degrees=float(degrees), right=right, down=down)
    return in_place, found, best


def _correlations(usual: Map, now: Map, reach_wh: tuple[int, int]) -> Map:
    right, down = reach_wh
    padded = cv2.copyMakeBorder(now, down, down, right, right, cv2.BORDER_CONSTANT, value=0)
    surface: Map = cv2.matchTemplate(padded, usual, cv2.TM_CCORR_NORMED)
    return np.nan_to_num(surface, nan=0, posinf=0, neginf=0)


def _turned(now: Map, degrees: int) -> Map:
    if degrees == 0:
        return now
    height, width = now.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned: Map = cv2.warpAffine(now, turn, (width, height))
    return turned


Light = Literal["grey", "colour"]


def light_of(image: NDArray[np.uint8]) -> Light:
    """Return ``grey`` for what an infrared camera sees by night, ``colour`` for all else."""
    # Every sixteenth pixel both ways is enough.
    blue, green, red = image[::16, ::16].astype(np.float32).transpose(2, 0, 1)
    chroma = float(np.abs(blue - green).mean() + np.abs(red - green).mean())
    return "grey" if chroma < _GREY_CHROMA else "colour"


def _unpacked(reference: bytes) -> dict[str, Map]:
    try:
        with np.load(io.BytesIO(reference), allow_pickle=False) as kept:
            return {light: kept[light].astype(np.float32) / 127 for light in ("colour", "grey") if light in kept}
    except Exception as error:  # noqa: BLE001  # a damaged byte makes zip, zlib and numpy's parser raise all sorts
        log.warning("the usual view that was kept can't be read (%s); it is learned anew", error)
        return {}
