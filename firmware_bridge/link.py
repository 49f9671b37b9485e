"""Lines: bytes in, bytes out, timeouts in seconds. What the bytes mean is others' business.

A line is a serial port, the TCP port of a serial server, or a recorded file. All three refuse in the same words:
``LineLost`` when the line is gone (it is closed then; open it again later), ``LineSilent`` when nothing came in time.
"""

import errno
import select
import socket
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import serial

from firmware_bridge.config import REPLAY, TCP, Parity, split_tcp
from firmware_bridge.errors import LineLost, LineRefused, LineSilent

CONNECT_TIMEOUT_S = 3.0
WRITE_TIMEOUT_S = 2.0
SEVEN = 7
LOW_SEVEN = 0x7F

_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_TAKEN = (errno.EBUSY, errno.EAGAIN)
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO)


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How to open a line.

    Attributes:
        port: device file, ``tcp://host:port`` or ``replay://file``.
        baud: bit/s; only a serial port has it.
        parity: none, even or odd; only a serial port has it.
        stop_bits: 1 or 2; only a serial port has them.
        data_bits: 7 or 8; only a serial port has them.
    """

    port: str
    baud: int = 9600
    parity: Parity = "none"
    stop_bits: int = 1
    data_bits: int = 8


class Link(Protocol):
    """One line. Blocking; one thread at a time."""

    def open(self) -> None:
        """Open; nothing happens when it is open. Raises LineLost."""
        ...

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return 1 to ``size`` bytes as soon as there are any.

        Raises:
            LineSilent: none came within ``timeout_s``.
            LineLost: the line is gone; it is closed now.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises LineLost."""
        ...

    def close(self) -> None:
        """Close; nothing happens when it is closed."""
        ...


def link_for(settings: LineSettings) -> Link:
    """Return the closed line that the port's name asks for."""
    if settings.port.startswith(TCP):
        return TcpLink(*split_tcp(settings.port))
    if settings.port.startswith(REPLAY):
        return ReplayLink(Path(settings.port.removeprefix(REPLAY)))
    return SerialLink(settings)


class SerialLink:
    """A serial port, opened for us alone; what lay in its buffer before is thrown away, because it is old.

    Seven bits and a parity bit take the same place on the wire as eight bits without: such a port is opened with eight,
    and the parity put on and taken off here. Not every adapter, and no virtual port, knows seven bits.
    """

    def __init__(self, settings: LineSettings) -> None:
        self._settings = settings
        self._seven = settings.data_bits == SEVEN
        self._serial: serial.Serial | None = None

    def open(self) -> None:
        """Open the port. Raises LineLost, with what to do."""
        if self._serial is not None:
            return
        try:
            self._serial = self._opened()
        except (OSError, termios.error) as error:
            raise opening_error(self._settings.port, error) from error

    def _opened(self) -> serial.Serial:
        settings = self._settings
        return serial.Serial(
            settings.port,
            baudrate=settings.baud,
            parity=_PARITY["none" if self._seven else settings.parity],
            stopbits=settings.stop_bits,
            timeout=0,
            exclusive=True,
            write_timeout=WRITE_TIMEOUT_S,
        )

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return 1 to ``size`` bytes as soon as there are any. Raises LineSilent, LineLost."""
        port = self._open_port()
        try:
            # not by pyserial's own timeout: changing it sets the whole port anew, and a virtual one refuses a parity
            if not select.select([port.fileno()], [], [], timeout_s)[0]:
                raise LineSilent(silence(self._settings.port, timeout_s))
            data: bytes = port.read(min(max(port.in_waiting, 1), size))
        except (OSError, termios.error) as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        return bytes(byte & LOW_SEVEN for byte in data) if self._seven else data

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises LineLost, also when the other end doesn't take it."""
        port = self._open_port()
        try:
            port.write(with_parity(data, self._settings.parity) if self._seven else data)
        except (OSError, termios.error) as error:
            raise self._lost() from error

    def close(self) -> None:
        """Close the port."""
        port, self._serial = self._serial, None
        if port is not None:
            port.close()

    def _open_port(self) -> serial.Serial:
        if self._serial is None:
            raise LineLost(f"{self._settings.port} is not open; open it first")
        return self._serial

    def _lost(self) -> LineLost:
        self.close()
        return LineLost(f"{self._settings.port} was unplugged or its adapter failed; plug it in again")


class TcpLink:
    """The TCP port of a serial server (RS-232/RS-485 to Ethernet) in its transparent mode."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect. Raises LineLost."""
        if self._socket is not None:
            return
        try:
            self._socket = socket.create_connection((self._host, self._port), timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LineLost(
                f"no connection to the serial server at {self._host}:{self._port} ({error}); check its power, "
                "network and port number"
            ) from error

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return 1 to ``size`` bytes as soon as there are any. Raises LineSilent, LineLost."""
        connection = self._connection()
        try:
            connection.settimeout(timeout_s)
            data = connection.recv(size)
        except TimeoutError as error:
            raise LineSilent(silence(f"{self._host}:{self._port}", timeout_s)) from error
        except OSError as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        return data

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises LineLost."""
        connection = self._connection()
        try:
            connection.settimeout(WRITE_TIMEOUT_S)
            connection.sendall(data)
        except OSError as error:
            raise self._lost() from error

    def close(self) -> None:
        """Hang up."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise LineLost(f"{self._host}:{self._port} is not connected; open it first")
        return self._socket

    def _lost(self) -> LineLost:
        self.close()
        return LineLost(f"the serial server at {self._host}:{self._port} hung up; it is tried again")


class ReplayLink:
    """Bytes recorded by ``henwise-bridge record``, as fast as they are read, or at ``baud`` when that is given."""

    def __init__(self, path: Path, baud: int | None = None) -> None:
        self._path = path
        self._baud = baud
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Open the recording at its beginning. Raises LineLost."""
        if self._file is not None:
            return
        try:
            self._file = self._path.open("rb")
        except OSError as error:
            raise LineLost(f"the recording {self._path} can't be read ({error.strerror}); check its path") from error

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return the next bytes. Raises LineLost at the recording's end."""
        if self._file is None:
            raise LineLost(f"the recording {self._path} is not open; open it first")
        data = self._file.read(size)
        if not data:
            self.close()
            raise LineLost(f"the recording {self._path} is at its end")
        if self._baud:
            time.sleep(min(timeout_s, len(data) * 10 / self._baud))  # 8N1: ten bits a byte
        return data

    def write(self, data: bytes) -> None:
        """Refuse: a recording can't be spoken to. Raises LineLost."""
        raise LineLost(f"the recording {self._path} takes no {len(data)} bytes; a recording can only be listened to")

    def close(self) -> None:
        """Close the file."""
        recording, self._file = self._file, None
        if recording is not None:
            recording.close()


def with_parity(data: bytes, parity: Parity) -> bytes:
    """Return seven-bit characters with their parity as the eighth bit; without parity the eighth is a stop bit: 1."""
    if parity == "none":
        return bytes(byte | ~LOW_SEVEN & 0xFF for byte in data)
    odd = parity == "odd"
    return bytes(byte & LOW_SEVEN | ((byte & LOW_SEVEN).bit_count() + odd) % 2 << SEVEN for byte in data)


def silence(where: str, timeout_s: float) -> str:
    """Say that nothing came, and what to check."""
    return f"nothing came from {where} for {timeout_s:g} s; check that the instrument is on and how it is wired"


def opening_error(port: str, error: Exception) -> LineLost:
    """Return the error that says why a serial port can't be opened, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number in _FORBIDDEN:
        return LineRefused(f"{port} may not be opened by this user; add the user to the group dialout and log in again")
    if number in _TAKEN:
        return LineRefused(f"{port} is in use by another program; stop that one first")
    if number in _ABSENT:
        return LineLost(
            f"{port} is not there; plug the adapter in, or see `henwise-bridge list` for the ports there are"
        )
    return LineLost(
        f"{port} can't be opened as a serial port ({error}); see `henwise-bridge list` for the ports there are"
    )
