"""Modbus slaves: who answers at all, and which profile fits what it answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
)

from firmware_bridge.modbus.families import shipped
from firmware_bridge.modbus.profile import Profile, ProfileValue, blocks
from firmware_bridge.probe.candidate import Finding, Sureness
from firmware_bridge.registry import Line

Ask = Callable[[bytes], bytes]
"""Says a frame on the line and returns what came back until the line fell silent."""


TRIES = 2


@dataclass(frozen=True, slots=True)
class Question:
    """Registers to be read; the same question of two profiles is asked once."""

    kind: Literal["input", "holding"]
    start: int
    count: int


def bauds() -> frozenset[int]:
    """Return the speeds that the shipped profiles know."""
    return frozenset(line.baud for profile in shipped() for line in profile.line.lines)


def asking(address: int, question: Question) -> bytes:
    """Return the frame that asks for registers."""
    ask = ReadInputRegistersRequest if question.kind == "input" else ReadHoldingRegistersRequest
    return FramerRTU(DecodePDU(is_server=True)).buildFrame(
        ask(address=question.start, count=question.count, dev_id=address)
    )


def answered(frame: bytes) -> ModbusPDU | None:
    """Return the answer in a frame, an exception included; None when nothing sound is in it."""
    try:
        _, answer = FramerRTU(DecodePDU(is_server=False)).handleFrame(frame, 0, 0)
    except (ModbusException, IndexError, ValueError):
        return None
    return answer


def present(ask: Ask, address: int) -> bool:
    """Say whether a slave of that address answers anything, a refusal included."""
    return answered(ask(asking(address, Question("holding", 0, 1)))) is not None


def identified(ask: Ask, address: int, line: Line, profiles: Iterable[Profile] | None = None) -> Finding:
    """Ask the slave at ``address`` for the registers of each profile and return the one that fits best."""
    known: dict[Question, list[int] | None] = {}

    def registers(question: Question) -> list[int] | None:
        if question not in known:
            tries = (answered(ask(asking(address, question))) for _ in range(TRIES))
            answer = next((one for one in tries if one is not None), None)
            sound = answer is not None and not answer.isError() and len(answer.registers) == question.count
            known[question] = list(answer.registers) if answer and sound else None
        return known[question]

    scored = [(_score(profile, registers, line), profile) for profile in (shipped() if profiles is None else profiles)]
    fitting = sorted((pair for pair in scored if pair[0][0]), key=lambda pair: pair[0], reverse=True)
    if not fitting:
        why = f"a Modbus slave answers at address {address}, but to none of the shipped profiles: write one for it"
        return Finding("modbus", line, "possible", why, address)
    (best, profile), rest = fitting[0], fitting[1:]
    others = tuple(other.family for score, other in rest if score[0] == best[0])
    sureness: Sureness = "likely" if others else "sure"
    why = f"address {address} answers all {best[0]} registers of its profile with values that can be"
    return Finding(profile.family, line, sureness, why, address, others)


Score = tuple[int, bool, bool, int]


def _score(profile: Profile, registers: Callable[[Question], list[int] | None], line: Line) -> Score:
    """Return how well a profile fits: registers answered with values that can be (0: none), then what is usual."""
    answered_registers = 0
    usual = True
    for block in blocks(profile.values):
        question = Question(
            block[0].kind, block[0].register_, block[-1].register_ + block[-1].words - block[0].register_
        )
        words = registers(question)
        if words is None:
            return 0, False, False, 0
        for value in block:
            measured = _measured(value, words, question.start)
            if value.problem_with(measured):
                return 0, False, False, 0
            usual &= _usual(value.quantity, measured)
        answered_registers += question.count
    shipped_so = (profile.line.baud, profile.line.parity) == (line.baud, line.parity)
    return answered_registers, usual, shipped_so, -len(profile.family)


def _measured(value: ProfileValue, words: list[int], start: int) -> float:
    at = value.register_ - start
    return value.decode(words[at : at + value.words])


USUAL = {
    "temperature_celsius": (5, 45),
    "humidity_percent": (15, 99),
    "carbon_dioxide_ppm": (350, 8000),
    "ammonia_ppm": (0, 100),
}
"""Where somebody stands who sets up an instrument: at a desk or in a house, hardly ever in the frost."""


def _usual(quantity: str, value: float) -> bool:
    low, high = USUAL.get(quantity, (float("-inf"), float("inf")))
    return low <= value <= high
