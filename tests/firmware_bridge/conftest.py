"""Real lines for the tests: pseudo-terminals with a virtual instrument on them, and a serial server on loopback."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Voice, speak

PluggedIn = Callable[[Voice], Terminal]


@contextmanager
def speaking(voice: Voice, terminal: Terminal) -> Iterator[Terminal]:
    stop = Event()
    thread = Thread(target=speak, args=(voice, terminal, stop))
    terminal.open()
    thread.start()
    try:
        yield terminal
    finally:
        stop.set()
        thread.join()
        terminal.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """An open virtual port with nobody behind it: the test itself says what comes."""
    port = Terminal(tmp_path / "port")
    port.open()
    yield port
    port.close()


@pytest.fixture
def plug_in(tmp_path: Path) -> Iterator[PluggedIn]:
    """Put a virtual instrument on a port of its own; unplugged at the end of the test."""
    with ExitStack() as stack:
        yield lambda voice: stack.enter_context(speaking(voice, Terminal(tmp_path / f"port{id(voice)}")))


@pytest.fixture
def serial_server() -> Iterator[Callable[[Callable[[bytes], list[bytes]]], str]]:
    """Start a serial server on loopback that answers each piece it hears; the address is a port's name.

    An empty piece in the answer hangs up.
    """
    with ExitStack() as stack:

        def start(answer: Callable[[bytes], list[bytes]]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = Thread(target=_serve, args=(listener, answer), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return f"tcp://127.0.0.1:{listener.getsockname()[1]}"

        yield start


def _serve(listener: socket.socket, answer: Callable[[bytes], list[bytes]]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            _converse(connection, answer)


def _converse(connection: socket.socket, answer: Callable[[bytes], list[bytes]]) -> None:
    while True:
        try:
            heard = connection.recv(256)
            pieces = answer(heard) if heard else [b""]
            for piece in pieces:
                if not piece:
                    return
                connection.sendall(piece)
        except ConnectionError:  # the other side has left
            return
