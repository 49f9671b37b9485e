"""Virtual carbon dioxide sensors in the air of the made-up house."""

import time
from collections.abc import Callable

from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.senseair import REFUSED, S8Answer
from firmware_bridge.simulated.air import Air
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import ASKED_EVERY_S, FRAME_SILENCE_S, ILLEGAL_ADDRESS, Clock, Voice

ABC_SHIPPED_HOURS = 180
MODULE_CELSIUS = 29
QUESTION_BYTES = 8
"""Of an S8; an MH-Z19's has nine."""


class _Asked:
    """Takes a question up to the silence that ends it."""

    def step(self, terminal: Terminal) -> None:
        """Answer the next question, if there is one."""
        question = piece = terminal.read(ASKED_EVERY_S)
        while piece:
            piece = terminal.read(FRAME_SILENCE_S)
            question += piece
        if question:
            terminal.write(self.answer(question))

    def answer(self, question: bytes) -> bytes:
        """Return the answer; empty when the question is none."""
        raise NotImplementedError


class S8Voice(_Asked):
    """A SenseAir S8 as it is shipped: its self-calibration is on.

    Args:
        ppm: gives the carbon dioxide at a time since the start, in s.
        clock: seconds, rising.

    Attributes:
        abc_hours: of its self-calibration; 0 is off.
        status: its bits.
    """

    def __init__(self, ppm: Callable[[float], float], clock: Clock = time.monotonic) -> None:
        self.abc_hours = ABC_SHIPPED_HOURS
        self.status = 0
        self._ppm = ppm
        self._clock = clock
        self._start_s = clock()

    def answer(self, question: bytes) -> bytes:
        """Return the answer; empty when the question is none or not sound."""
        asked = question.removeprefix(senseair.WAKE)
        said, check = asked[:-2], asked[-2:]
        if len(asked) != QUESTION_BYTES or asked[0] != senseair.ADDRESS or senseair.checked(said) != check:
            return b""
        function, register, last = asked[1], int.from_bytes(asked[2:4], "big"), int.from_bytes(asked[4:6], "big")
        return senseair.encode(S8Answer(*self._answered(function, register, last)))

    def _answered(self, function: int, register: int, last: int) -> tuple[int, tuple[int, ...]]:
        if (function, register, last) == (senseair.READ_INPUT, 0, 4):
            return function, (self.status, 0, 0, round(self._ppm(self._clock() - self._start_s)))
        if (function, register, last) == (senseair.READ_HOLDING, senseair.ABC_REGISTER, 1):
            return function, (self.abc_hours,)
        if (function, register) == (senseair.WRITE, senseair.ABC_REGISTER):
            self.abc_hours = last
            return function, (register, last)
        return function | REFUSED, (ILLEGAL_ADDRESS,)


class MhZ19Voice(_Asked):
    """An MH-Z19B as it is shipped: its self-calibration is on.

    Args:
        ppm: gives the carbon dioxide at a time since the start, in s.
        clock: seconds, rising.

    Attributes:
        calibrates: whether its self-calibration is on.
    """

    def __init__(self, ppm: Callable[[float], float], clock: Clock = time.monotonic) -> None:
        self.calibrates = True
        self._ppm = ppm
        self._clock = clock
        self._start_s = clock()

    def answer(self, question: bytes) -> bytes:
        """Return the answer; empty when the question is none or not sound."""
        if question == mhz19.ABC_OFF:
            self.calibrates = False
            return mhz19.framed(bytes([mhz19.ABC, 1, 0, 0, 0, 0, 0]))
        if question != mhz19.MEASURE:
            return b""
        return mhz19.encode(round(self._ppm(self._clock() - self._start_s)), MODULE_CELSIUS)


ROWS: dict[str, Callable[[Scene], Voice]] = {
    "senseair-s8": lambda scene: S8Voice(Air(scene.flock, scene.calendar).carbon_dioxide_ppm),
    "mh-z19": lambda scene: MhZ19Voice(Air(scene.flock, scene.calendar).carbon_dioxide_ppm),
}
