"""Puts the node together as its board file says, and lets it run for ever."""

import random
import sys
from binascii import hexlify

from hx711 import Hx711
from mlx90614 import Mlx90614
from node import Node
from parts import Air, Cell, Skin
from sht3x import Sht3x
from words import line

STAY = "stay"
CAUSES = (
    ("PWRON_RESET", "power"),
    ("HARD_RESET", "pin"),
    ("WDT_RESET", "watchdog"),
    ("DEEPSLEEP_RESET", "sleep"),
    ("SOFT_RESET", "soft"),
)
I2C_HZ = 100_000
CRASH_WAIT_MS = 2000


class Console:
    """The board's own USB port: what MicroPython's prompt speaks on.

    Args:
        came: stream of bytes from the host.
        goes: stream of bytes to the host.
        waits: says whether a byte can be read without waiting.
    """

    def __init__(self, came: object, goes: object, waits: object) -> None:
        self._came = came
        self._goes = goes
        self._waits = waits

    def read(self) -> bytes:
        """Return what has come, empty when nothing has."""
        data = b""
        while len(data) < 64 and self._waits():
            byte = self._came.read(1)
            if not byte:
                break
            data += byte
        return data

    def write(self, data: bytes) -> None:
        """Send."""
        self._goes.write(data)


def console() -> Console:
    """Take the board's own USB port from the prompt."""
    import select

    import micropython

    micropython.kbd_intr(-1)  # a byte 03 on the line is noise, not a wish to stop
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    return Console(sys.stdin.buffer, sys.stdout.buffer, lambda: poll.poll(0))


class Wire:
    """A UART of the board."""

    def __init__(self, machine: object, number: int, tx: int, rx: int, baud: int) -> None:
        pins = machine.Pin(tx), machine.Pin(rx)
        self._uart = machine.UART(number, baudrate=baud, tx=pins[0], rx=pins[1], txbuf=512, timeout=50)

    def read(self) -> bytes:
        """Return what has come, empty when nothing has."""
        return self._uart.read() if self._uart.any() else b""

    def write(self, data: bytes) -> None:
        """Send."""
        self._uart.write(data)


def port(board: object, machine: object) -> object:
    """Open the line the board file names."""
    return console() if board.UART is None else Wire(machine, *board.UART)


def parts(board: object, machine: object, time: object) -> list:
    """Make all parts the board file names."""
    made = []
    for number, (data, clock) in enumerate(board.CELLS):
        pins = machine.Pin(data, machine.Pin.IN, machine.Pin.PULL_UP), machine.Pin(clock, machine.Pin.OUT)
        made.append(Cell(number, Hx711(pins[0], pins[1], machine, time), time))
    if board.AIR or board.SKIN:
        number, scl, sda = board.I2C
        bus = machine.I2C(number, scl=machine.Pin(scl), sda=machine.Pin(sda), freq=I2C_HZ)
        if board.AIR:
            made.append(Air(Sht3x(bus, board.AIR), time))
        if board.SKIN:
            made.append(Skin(Mlx90614(bus, board.SKIN), time))
    return made


def identity(board: object, machine: object) -> tuple:
    """Return session, reset cause, board and machine id."""
    cause = machine.reset_cause()
    known = [word for name, word in CAUSES if getattr(machine, name, None) == cause]
    session = f"{random.getrandbits(16):04x}"
    return session, known[0] if known else "unknown", board.NAME, hexlify(machine.unique_id()).decode()


def stay() -> None:
    """Leave the mark that main.py looks for."""
    with open(STAY, "w") as mark:
        mark.write("")


def build(board: object, machine: object, time: object) -> Node:
    """Make the node and arm the watchdog."""
    line_out = port(board, machine)
    made = parts(board, machine, time)
    watchdog = machine.WDT(timeout=board.WATCHDOG_MS)
    return Node(made, line_out, machine, time, identity(board, machine), watchdog.feed, stay)


def run(board: object, machine: object, time: object) -> None:
    """Run until the power goes. Whatever breaks is said and followed by a restart."""
    try:
        node = build(board, machine, time)
        node.introduce()
        while True:
            node.step()
            time.sleep_ms(1)
    except Exception as error:  # noqa: BLE001  # nobody stands beside the board to read a traceback
        port(board, machine).write(line(0, "fault", ("node", type(error).__name__, 1)))
        time.sleep_ms(CRASH_WAIT_MS)  # a node that can't start shall not flood the line
        machine.reset()
