"""How long a round over an idle RS-485 bus takes, beside what the polling rules of the field notes (4.7) allow.

A pseudo-terminal has no bit rate, so the virtual slaves wait as long as question and answer take on a wire.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import LineSilent
from firmware_bridge.registry import build_all
from firmware_bridge.simulated.modbus import BITS_PER_CHARACTER, SharedPair
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import ModbusVoice, RegisterMap, speak

SLAVES = 16
WORDS = 2
QUESTION_BYTES, ANSWER_BYTES = 8, 5 + 2 * WORDS
GAP_S = (0.05, 0.1)
TIMEOUT_S = 0.3
TRIES = 3
ROUNDS = 5


def allowed_s(living: int, baud: int, *, single_tries: int = 0, gap_s: float = GAP_S[1]) -> float:
    """Return how long a round may take by the rules.

    Args:
        living: slaves that answer.
        baud: of the bus, 8N1.
        single_tries: tries that nobody answers.
        gap_s: between two slaves.
    """
    wire_s = (QUESTION_BYTES + ANSWER_BYTES) * BITS_PER_CHARACTER / baud
    silence_s = 3.5 * BITS_PER_CHARACTER / baud  # before a slave may answer
    lost_s = QUESTION_BYTES * BITS_PER_CHARACTER / baud + TIMEOUT_S
    return living * (wire_s + silence_s + gap_s) + single_tries * (lost_s + gap_s)


@contextmanager
def bus(baud: int, *, dead: int = 0) -> Iterator[list[Device]]:
    """Yield 16 opened instruments on one pseudo-terminal, the last ``dead`` of which have no slave."""
    voices = [
        ModbusVoice(RegisterMap(input={1: lambda: 215, 2: lambda: 600}, holding={}), address)
        for address in range(1, SLAVES + 1 - dead)
    ]
    with tempfile.TemporaryDirectory() as folder:
        terminal, stop = Terminal(Path(folder) / "bus"), threading.Event()
        terminal.open()
        speaker = threading.Thread(target=speak, args=(SharedPair(voices, baud), terminal, stop))
        speaker.start()
        devices = build_all(_config(terminal, address, baud) for address in range(1, SLAVES + 1))
        for device in devices:
            device.open()
        try:
            yield devices
        finally:
            for device in devices:
                device.close()
            stop.set()
            speaker.join()
            terminal.close()


def _config(terminal: Terminal, address: int, baud: int) -> InstrumentConfig:
    return InstrumentConfig(slug=f"s{address}", family="xy-md02", port=str(terminal.name), address=address, baud=baud)


def round_s(devices: list[Device]) -> tuple[float, int, int]:
    """Read all, each in a thread of its own as the agent does.

    Returns:
        Seconds until the last one that answered had done so, how many answered, and how many were asked in vain.
    """
    began_s = time.monotonic()

    def read(device: Device) -> tuple[float, bool, bool]:
        try:
            device.read()
        except LineSilent as error:
            return 0.0, False, error.asked
        return time.monotonic() - began_s, True, True

    with ThreadPoolExecutor(len(devices)) as pool:
        results = list(pool.map(read, devices))
    answered = [seconds for seconds, heard, _ in results if heard]
    return max(answered), len(answered), sum(asked and not heard for _, heard, asked in results)


def table() -> str:
    """Measure rounds at 9600 and 4800 bit/s, with all slaves living and with three dead."""
    rows = []
    for baud in (9600, 4800):
        with bus(baud) as devices:
            spent = median(round_s(devices)[0] for _ in range(ROUNDS))
        rows.append(f"| {baud}, all 16 answer | {allowed_s(SLAVES, baud):.2f} | {spent:.2f} |")
        rows += _with_dead(baud)
    head = f"| bus | by the rules, at most s ({GAP_S[1] * 1000:.0f} ms gap) | measured s |\n| --- | --- | --- |"
    return "\n".join(["### A round over 16 Modbus slaves, two registers each, on a pseudo-terminal\n", head, *rows])


def _with_dead(baud: int, dead: int = 3) -> list[str]:
    living, rows = SLAVES - dead, []
    with bus(baud, dead=dead) as devices:
        first_s = round_s(devices)[0]
        later = []
        for _ in range(ROUNDS):
            time.sleep(1.0)
            later.append(round_s(devices))
    rows.append(
        f"| {baud}, {dead} die: the round in which it shows | {allowed_s(living, baud, single_tries=dead * TRIES):.2f} "
        f"| {first_s:.2f} |"
    )
    limit_s = allowed_s(living, baud, single_tries=1)
    rows.append(f"| {baud}, {dead} dead: rounds after it, worst of {ROUNDS} | {limit_s:.2f} | {max(later)[0]:.2f} |")
    return rows
