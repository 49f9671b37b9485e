"""One Modbus RTU line, shared by all instruments on it.

Polling as the project's field notes (section 4.7) found it to work on RS-485: 300 ms for an answer, two more tries,
at least 3.5 characters of silence between frames (Modbus over serial line V1.02, 2.5.1.1) and 50 ms before another
slave is asked. Between two tries the neighbours get their turn, and a slave that does not answer is asked rarer, see
``firmware_bridge.modbus.patience``. The protocol itself is pymodbus's. Behind a serial server the frames stay RTU, over
TCP.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar

from firmware_bridge.config import REPLAY, TCP, split_tcp
from firmware_bridge.errors import LineGarbled, LineLost, LineSilent, WrongSettings
from firmware_bridge.modbus.patience import LONGEST_REST_S, Patience

if TYPE_CHECKING:  # pymodbus costs 7 MB: only who talks Modbus shall pay
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient
    from pymodbus.pdu import ModbusPDU

    from firmware_bridge.link import LineSettings

SERIAL_TIMEOUT_S = 0.3
TCP_TIMEOUT_S = 1.0
SLAVE_GAP_S = 0.05
SILENT_CHARACTERS = 3.5
BITS_PER_CHARACTER = 11
YIELD_S = 0.005
"""Between two tries the line is free for so long: enough for a neighbour that waits to take it."""

RegisterKind = Literal["input", "holding"]
T = TypeVar("T")


class Bus:
    """A line that is opened by the first of its instruments and closed by the last.

    Args:
        settings: how to open it.
        timeout_s: longest wait for one answer.
    """

    def __init__(self, settings: "LineSettings", timeout_s: float) -> None:
        self.settings = settings
        self.timeout_s = timeout_s
        self._lock = threading.RLock()
        self._client: ModbusSerialClient | ModbusTcpClient | None = None
        self._users: set[object] = set()
        self._patience = Patience()
        self._last_words: dict[int, LineSilent] = {}
        self._heard = 0
        self._last_slave = 0
        self._quiet_since = 0.0

    def join(self, user: object) -> None:
        """Open the line for ``user``. Raises LineLost, with what to do."""
        with self._lock:
            if self._client is None:
                self._client = self._connected()
                self._patience = Patience()  # whoever was missing may have come with the cable
            self._users.add(user)

    def leave(self, user: object) -> None:
        """Close the line when ``user`` was the last."""
        with self._lock:
            self._users.discard(user)
            if not self._users:
                self._drop()

    def read_registers(self, slave: int, kind: RegisterKind, start: int, count: int) -> tuple[list[int], int]:
        """Ask one slave for neighbouring registers.

        Args:
            slave: Modbus address, 1 to 247.
            kind: input registers (function 4) or holding registers (function 3).
            start: address of the first, counted from 0 as on the wire.
            count: how many, 1 to 125.

        Returns:
            The registers, each 0 to 65535, and how many tries failed before.

        Raises:
            LineLost: unplugged; the bus is closed for all its instruments.
            LineSilent: no answer after all tries; ``asked`` is False when it was not asked, because it rests.
            LineGarbled: only unreadable answers; ``asked`` likewise.
            WrongSettings: the slave refuses these registers.
        """
        with self._lock:
            self._open_client()
            tries = self._patience.tries(slave, time.monotonic())
            if not tries:
                raise _again(self._last_words[slave], asked=False)
        for failed in range(tries):
            if failed:
                time.sleep(YIELD_S)
            try:
                return self._ask(slave, kind, start, count), failed
            except LineSilent as error:
                problem = error
        with self._lock:
            self._patience.silent(slave, time.monotonic())
            self._last_words[slave] = _again(problem)
        raise problem

    def _ask(self, slave: int, kind: RegisterKind, start: int, count: int) -> list[int]:
        with self._lock:
            client = self._open_client()
            self._keep_silence(slave)
            self._heard = 0
            ask = client.read_input_registers if kind == "input" else client.read_holding_registers
            try:
                answer = self._translated(lambda: ask(start, count=count, device_id=slave), slave)
            finally:
                self._last_slave, self._quiet_since = slave, time.monotonic()
            self._patience.answered(slave)
            if answer.isError() or len(answer.registers) != count:
                raise WrongSettings(
                    f"the instrument at address {slave} of {self.settings.port} refuses to give {count} {kind} "
                    f"registers from {start} on ({answer}); check that the profile fits the instrument"
                )
            return list(answer.registers)

    def _translated(self, ask: "Callable[[], ModbusPDU]", slave: int) -> "ModbusPDU":
        from pymodbus.exceptions import ConnectionException, ModbusException

        try:
            return ask()
        except (ConnectionException, OSError) as error:
            self._users.clear()
            self._drop()
            raise LineLost(_loss(self.settings.port)) from error
        except ModbusException as error:
            self._forget_late_answers()
            raise self._no_answer(slave) from error

    def _no_answer(self, slave: int) -> LineSilent:
        where = f"the instrument at address {slave} of {self.settings.port}"
        if self._heard:
            return LineGarbled(
                f"{where}: {self._heard} bytes came, but no readable answer; check baud rate, parity, that no two "
                "instruments have this address, and the cable's termination"
            )
        return LineSilent(
            f"{where} does not answer; check its power, its address, the baud rate, and that A and B are not swapped; "
            f"it is asked again, at most {LONGEST_REST_S:g} s between two tries"
        )

    def _forget_late_answers(self) -> None:
        # An answer that comes after its time-out would be taken for the answer to the next question: nothing in RTU
        # tells them apart. pymodbus's serial client empties its buffer before each question, its TCP client doesn't;
        # that one dials again at the next question.
        if self._client is not None and self.settings.port.startswith(TCP):
            _hang_up(self._client)

    def _keep_silence(self, slave: int) -> None:
        wanted_s = SILENT_CHARACTERS * BITS_PER_CHARACTER / self.settings.baud
        if slave != self._last_slave:
            wanted_s = max(wanted_s, SLAVE_GAP_S)
        left_s = self._quiet_since + wanted_s - time.monotonic()
        if left_s > 0:
            time.sleep(left_s)

    def _open_client(self) -> "ModbusSerialClient | ModbusTcpClient":
        if self._client is None:
            raise LineLost(f"{self.settings.port} is not open; open it first")
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            _hang_up(client)

    def _connected(self) -> "ModbusSerialClient | ModbusTcpClient":
        client = self._fresh_client()
        if client.connect():
            return client
        self._diagnose()
        raise LineLost(f"{self.settings.port} could not be opened; it is tried again")

    def _diagnose(self) -> None:
        # pymodbus only says that it could not connect; our own link says why
        from firmware_bridge.link import link_for

        link = link_for(self.settings)
        try:
            link.open()
        finally:
            link.close()

    def _fresh_client(self) -> "ModbusSerialClient | ModbusTcpClient":
        from pymodbus import FramerType
        from pymodbus.client import ModbusSerialClient, ModbusTcpClient

        settings = self.settings
        if settings.port.startswith(TCP):
            host, port = split_tcp(settings.port)
            return ModbusTcpClient(
                host,
                port=port,
                framer=FramerType.RTU,
                timeout=self.timeout_s,
                retries=0,  # between two tries the neighbours come
                trace_packet=self._count_heard,
            )
        return ModbusSerialClient(
            settings.port,
            baudrate=settings.baud,
            parity=settings.parity[0].upper(),
            stopbits=settings.stop_bits,
            timeout=self.timeout_s,
            retries=0,
            trace_packet=self._count_heard,
        )

    def _count_heard(self, sending: bool, packet: bytes) -> bytes:
        if not sending:
            self._heard += len(packet)
        return packet


def _again(last: LineSilent, *, asked: bool = True) -> LineSilent:
    error = type(last)(str(last))
    error.asked = asked
    return error


def _loss(port: str) -> str:
    if port.startswith(TCP):
        return f"the serial server at {port} hung up or is away; check its power and network"
    return f"{port} was unplugged or its adapter failed; plug it in again"


def _hang_up(client: "ModbusSerialClient | ModbusTcpClient") -> None:
    client.close()  # type: ignore[no-untyped-call]  # pymodbus leaves these two without annotations


class Buses:
    """The lines of one agent: who shares which."""

    def __init__(self) -> None:
        self._buses: dict[str, Bus] = {}
        self._alone: dict[str, str] = {}

    def claim_alone(self, port: str, slug: str) -> None:
        """Note that ``slug`` has ``port`` for itself. Raises WrongSettings when another has it."""
        if port.startswith(REPLAY):
            return
        if port in self._alone or port in self._buses:
            other = self._alone.get(port, "a Modbus instrument")
            raise WrongSettings(f"{slug} and {other} are both configured on {port}; only Modbus instruments can share")
        self._alone[port] = slug

    def share(self, settings: "LineSettings", timeout_s: float | None, slug: str) -> Bus:
        """Return the bus of a port, made at the first call. Raises WrongSettings when its users disagree."""
        port = settings.port
        if port.startswith(REPLAY):
            raise WrongSettings(f"{slug}: a recording can't be asked; give a serial port or tcp://host:port")
        if port in self._alone:
            raise WrongSettings(f"{slug} and {self._alone[port]} are both configured on {port}; that one can't share")
        wait_s = timeout_s or (TCP_TIMEOUT_S if port.startswith(TCP) else SERIAL_TIMEOUT_S)
        bus = self._buses.setdefault(port, Bus(settings, wait_s))
        if bus.settings != settings:
            raise WrongSettings(
                f"{slug}: {port} is already configured as {bus.settings.baud} baud, parity {bus.settings.parity}, "
                f"{bus.settings.stop_bits} stop bits; all instruments on one bus must agree"
            )
        bus.timeout_s = max(bus.timeout_s, wait_s)
        return bus
