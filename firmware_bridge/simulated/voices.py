"""What virtual instruments say, byte for byte: each voice has ``step``, called again and again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.terminal import Terminal

ASKED_EVERY_S = 0.1
FRAME_SILENCE_S = 0.01
ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
"""Modbus application protocol V1.1b3, section 7."""

Clock = Callable[[], float]


class Voice(Protocol):
    """One virtual instrument."""

    def step(self, terminal: Terminal) -> None:
        """Say the next thing, or answer the next question; returns within about 0.1 s. Raises LineLost."""
        ...


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """What a Modbus slave has: address of a register -> function that gives its 16 bits."""

    input: dict[int, Callable[[], int]]
    holding: dict[int, Callable[[], int]]


class ModbusVoice:
    """A Modbus RTU slave: answers functions 3 and 4 for its own address, stays silent to all others.

    A question with a wrong check is not answered, as the protocol wants it; a register that isn't there is refused
    with exception 2, another function with exception 1.

    Args:
        registers: what it has.
        address: 1 to 247.
    """

    def __init__(self, registers: RegisterMap, address: int = 1) -> None:
        self._registers = registers
        self._address = address
        self._framer = FramerRTU(DecodePDU(is_server=True))

    def step(self, terminal: Terminal) -> None:
        """Take a question, when there is one, up to the silence that ends it, and answer."""
        question = piece = terminal.read(ASKED_EVERY_S)
        while piece:
            piece = terminal.read(FRAME_SILENCE_S)
            question += piece
        if question:
            terminal.write(self.answer(question))

    def answer(self, question: bytes) -> bytes:
        """Return the bytes of the answer; empty when the question is not for us or not sound."""
        try:
            _, request = self._framer.handleFrame(question, 0, 0)
        except ModbusException:
            return b""
        if request is None or request.dev_id != self._address:
            return b""
        response = self._response(request)
        response.dev_id = self._address
        return self._framer.buildFrame(response)

    def _response(self, request: ModbusPDU) -> ModbusPDU:
        kind: type[ReadHoldingRegistersResponse]  # pymodbus derives input from holding, questions likewise
        if isinstance(request, ReadInputRegistersRequest):
            table, kind = self._registers.input, ReadInputRegistersResponse
        elif isinstance(request, ReadHoldingRegistersRequest):
            table, kind = self._registers.holding, ReadHoldingRegistersResponse
        else:
            return ExceptionResponse(request.function_code, ILLEGAL_FUNCTION)
        wanted = range(request.address, request.address + request.count)
        if not all(register in table for register in wanted):
            return ExceptionResponse(request.function_code, ILLEGAL_ADDRESS)
        return kind(registers=[table[register]() & 0xFFFF for register in wanted])


def xy_md02(climate: Climate, address: int = 1, clock: Clock = time.monotonic) -> ModbusVoice:
    """Return an XY-MD02 in that climate; its map is the one of ``modbus/profiles/xy-md02.toml``."""
    start_s = clock()

    def tenths(value: Callable[[float], float]) -> Callable[[], int]:
        return lambda: round(value(clock() - start_s) * 10)

    return ModbusVoice(
        RegisterMap(
            input={1: tenths(climate.celsius), 2: tenths(climate.humidity_percent)},
            holding={0x0101: lambda: address, 0x0102: lambda: 9600, 0x0103: lambda: 0, 0x0104: lambda: 0},
        ),
        address,
    )


def speak(voice: Voice, terminal: Terminal, stop: Event) -> None:
    """Let an instrument speak on an open terminal until ``stop`` is set."""
    while not stop.is_set():
        voice.step(terminal)
