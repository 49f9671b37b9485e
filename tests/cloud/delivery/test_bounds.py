"""Addresses whose servers never come to an end: they get a message, and keep nobody and nothing for it."""

import resource
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from cloud.alerts.delivery.channels import messenger
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.outgoing import Outgoing

pytestmark = pytest.mark.timeout(120)

Answer = Callable[[socket.socket], None]

OUTGOING = Outgoing("0123456789abcdef01234567", "Act now", "It is 34 °C.", "", "severe", None, "{}")
SOON = Egress(private=True, within_s=1.5)
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(answer: Answer) -> Iterator[int]:
    """Answer whatever comes as ``answer`` does; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=talk, args=(connection,), daemon=True).start()

        def talk(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def drip(connection: socket.socket, text: bytes) -> None:
    while True:
        connection.sendall(text)
        time.sleep(0.1)


def a_body_byte_by_byte(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
    drip(connection, b"x")


def a_head_byte_by_byte(connection: socket.socket) -> None:
    connection.sendall(OK + b"X-Slow: ")
    drip(connection, b"x")


def a_status_line_byte_by_byte(connection: socket.socket) -> None:
    drip(connection, b"H")


def a_greeting_byte_by_byte(connection: socket.socket) -> None:
    drip(connection, b"2")


def greetings_without_end(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-" + b"x" * 4_000 + b"\r\n")


def a_body_without_end(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


@pytest.mark.parametrize("answer", [a_body_byte_by_byte, a_head_byte_by_byte, a_status_line_byte_by_byte])
def test_a_webhook_that_answers_a_byte_at_a_time_is_let_go(answer: Answer):
    with answering(answer) as port:
        began_s = time.monotonic()
        assert messenger.send(f"json://127.0.0.1:{port}/hens", OUTGOING, SOON) != ""
    assert time.monotonic() - began_s < 20


@pytest.mark.parametrize("answer", [a_greeting_byte_by_byte, greetings_without_end])
def test_a_mail_server_without_an_end_is_let_go(answer: Answer):
    with answering(answer) as port:
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&mode=insecure&smtp=127.0.0.1&to=b@example.org"
        began_s = time.monotonic()
        assert messenger.send(url, OUTGOING, SOON) != ""
    assert time.monotonic() - began_s < 20


def test_a_webhook_whose_answer_has_no_end_has_taken_the_message():
    with answering(a_body_without_end) as port:
        began_s = time.monotonic()
        assert messenger.send(f"json://127.0.0.1:{port}/hens", OUTGOING, Egress(private=True)) == ""
    assert time.monotonic() - began_s < 20


UNFOLDS_TO_BYTES = 400 * 1024 * 1024


def unfolding(connection: socket.socket) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(UNFOLDS_TO_BYTES // 1024**2)) + packer.flush()
    connection.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    connection.recv(65_536)


def measure() -> None:
    """Print by how many MB the memory of this process has grown at most while a message was sent."""
    with answering(unfolding) as port:
        messenger.send("json://127.0.0.1:9/nobody", OUTGOING, Egress(private=True))  # loads what is needed
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        trouble = messenger.send(f"json://127.0.0.1:{port}/hens", OUTGOING, Egress(private=True))
    print(trouble, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, sep=";")


def test_an_answer_that_unfolds_to_hundreds_of_megabytes_is_not_unfolded():
    command = [sys.executable, "-c", "from tests.cloud.delivery.test_bounds import measure; measure()"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True)
    trouble, grown_mb = ran.stdout.strip().split(";")
    assert trouble == ""
    assert int(grown_mb) < 60
