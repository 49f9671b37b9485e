"""What a Modbus line said, read back from a recording: answers of one sensor, by its profile. Pure.

An answer doesn't say which registers it holds. When the question before it is in the recording, that tells; else the
block of the profile that is as long. Answers of other addresses and of other lengths are skipped.

    question   address function register:2 count:2 CRC:2
    answer     address function bytes:1 registers.. CRC:2         (Modbus over serial line V1.02, 2.5)
"""

import struct
from dataclasses import dataclass

from firmware_bridge.gas.answers import MORE, AnswerDecoder
from firmware_bridge.gas.senseair import checked
from firmware_bridge.modbus.profile import Profile, ProfileValue, blocks

FUNCTIONS = {"holding": 3, "input": 4}
_QUESTION_BYTES = 8
_AROUND = 5
_HEAD = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer.

    Attributes:
        values: quantity key -> value in its unit.
        refused: what can't be, and why; empty when all can.
    """

    values: dict[str, float]
    refused: str


class OverheardSensor:
    """Takes a stream in pieces of any size, gives the answers of one sensor; never raises.

    Args:
        profile: what it has where.
        address: Modbus address, 1 to 247.
    """

    def __init__(self, profile: Profile, address: int) -> None:
        self._blocks = blocks(profile.values)
        self._asked: tuple[int, int] | None = None
        self._frames: AnswerDecoder[bytes] = AnswerDecoder(bytes([address]), self._length, _checked)

    @property
    def skipped_bytes(self) -> int:
        """Bytes that belonged to no question and no answer, so far."""
        return self._frames.skipped_bytes

    @property
    def bad_frames(self) -> int:
        """Beginnings of frames that turned out not to be one, so far."""
        return self._frames.bad_frames

    def feed(self, data: bytes) -> list[Answered]:
        """Return the answers that ``data`` completes, oldest first."""
        answers = []
        for frame in self._frames.feed(data):
            if self._is_answer(frame):
                answers.append(self._answered(frame))
            else:
                self._asked = (frame[1], int.from_bytes(frame[2:4], "big"))
        return answers

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        self._frames.forget()

    def _length(self, start: bytes) -> int | None:
        if len(start) < _HEAD:
            return MORE
        if start[1] not in FUNCTIONS.values():
            return None
        return _AROUND + start[2] if self._fitting(start[1], start[2]) else _QUESTION_BYTES

    def _is_answer(self, frame: bytes) -> bool:
        return bool(self._fitting(frame[1], frame[2])) and len(frame) == _AROUND + frame[2]

    def _fitting(self, function: int, count: int) -> list[list[ProfileValue]]:
        """Return the blocks that an answer of so many bytes may hold."""
        return [
            block
            for block in self._blocks
            if FUNCTIONS[block[0].kind] == function and 2 * sum(value.words for value in block) == count
        ]

    def _answered(self, frame: bytes) -> Answered:
        fitting = self._fitting(frame[1], frame[2])
        block = next((one for one in fitting if self._asked == (frame[1], one[0].register_)), fitting[0])
        self._asked = None
        registers = list(struct.unpack(f">{frame[2] // 2}H", frame[_HEAD:-2]))
        values, problems = {}, []
        for value in block:
            at = value.register_ - block[0].register_
            measured = value.decode(registers[at : at + value.words])
            problem = value.problem_with(measured)
            if problem:
                problems.append(problem)
            else:
                values[value.quantity] = measured
        return Answered(values, "; ".join(problems))


def _checked(frame: bytes) -> bytes | None:
    return frame if checked(frame[:-2]) == frame[-2:] else None
