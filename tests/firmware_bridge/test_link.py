import errno
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest

from firmware_bridge.errors import LineLost, LineRefused, LineSilent
from firmware_bridge.link import LineSettings, ReplayLink, SerialLink, TcpLink, link_for, opening_error
from firmware_bridge.simulated.terminal import Terminal

Server = Callable[[Callable[[bytes], list[bytes]]], str]


def serial_to(terminal: Terminal) -> SerialLink:
    return SerialLink(LineSettings(str(terminal.name)))


def test_bytes_go_both_ways(terminal: Terminal):
    link = serial_to(terminal)
    link.open()
    every_byte = bytes(range(256))
    terminal.write(every_byte)
    got = link.read(100, 1.0)
    while len(got) < len(every_byte):
        got += link.read(256, 1.0)
    assert got == every_byte
    link.write(every_byte)
    assert terminal.read(1.0) == every_byte
    link.close()


def test_silence_is_said_after_the_timeout(terminal: Terminal):
    link = serial_to(terminal)
    link.open()
    start = time.monotonic()
    with pytest.raises(LineSilent, match=r"nothing came from .* for 0\.1 s; check"):
        link.read(1, 0.1)
    assert 0.09 < time.monotonic() - start < 0.5
    link.close()


def test_what_was_sent_before_opening_is_thrown_away(terminal: Terminal):
    earlier = serial_to(terminal)
    earlier.open()
    terminal.write(b"old")
    earlier.close()
    link = serial_to(terminal)
    link.open()
    terminal.write(b"new")
    assert link.read(10, 1.0) == b"new"
    link.close()


def test_unplugging_ends_a_waiting_read_and_the_port_can_be_opened_again(terminal: Terminal):
    link = serial_to(terminal)
    link.open()
    Timer(0.1, terminal.close).start()
    start = time.monotonic()
    with pytest.raises(LineLost, match="unplugged"):
        link.read(1, 5.0)
    assert time.monotonic() - start < 2
    with pytest.raises(LineLost, match="is not there"):
        link.open()
    terminal.open()
    link.open()
    terminal.write(b"back")
    assert link.read(10, 1.0) == b"back"
    link.close()


def test_writing_to_an_unplugged_port_is_lost(terminal: Terminal):
    link = serial_to(terminal)
    link.open()
    terminal.close()
    with pytest.raises(LineLost, match="unplugged"):
        link.write(b"?")


def test_a_port_in_use_is_refused(terminal: Terminal):
    first, second = serial_to(terminal), serial_to(terminal)
    first.open()
    with pytest.raises(LineLost, match="in use by another program"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_a_file_is_no_port(tmp_path: Path):
    (tmp_path / "file").write_text("no port")
    with pytest.raises(LineLost, match="can't be opened as a serial port"):
        SerialLink(LineSettings(str(tmp_path / "file"))).open()


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.EACCES, LineRefused, "group dialout"),
        (errno.EBUSY, LineRefused, "stop that one first"),
        (errno.ENOENT, LineLost, "plug the adapter in"),
    ],
)
def test_each_refusal_says_what_to_do(number: int, kind: type[LineLost], advice: str):
    error = opening_error("/dev/ttyUSB0", OSError(number, "no"))
    assert type(error) is kind
    assert advice in str(error)


@pytest.mark.parametrize("port", ["somewhere", "tcp://127.0.0.1:1", "replay://somewhere"])
def test_a_closed_line_refuses_to_be_used(port: str):
    link = link_for(LineSettings(port))
    with pytest.raises(LineLost, match="open it first"):
        link.read(1, 0.1)
    with pytest.raises(LineLost):
        link.write(b"?")
    link.close()


def test_a_serial_server_is_a_line(serial_server: Server):
    link = link_for(LineSettings(serial_server(lambda heard: [heard[::-1]])))
    assert isinstance(link, TcpLink)
    link.open()
    link.open()
    link.write(b"abc")
    assert link.read(10, 1.0) == b"cba"
    with pytest.raises(LineSilent):
        link.read(1, 0.05)
    link.close()


def test_a_serial_server_that_hangs_up_is_lost_and_found_again(serial_server: Server):
    link = link_for(LineSettings(serial_server(lambda heard: [b""] if heard == b"go" else [heard])))
    link.open()
    link.write(b"go")
    with pytest.raises(LineLost, match="hung up"):
        link.read(1, 1.0)
    link.open()
    link.write(b"stay")
    assert link.read(10, 1.0) == b"stay"
    link.close()


def test_a_serial_server_that_is_not_there_is_lost(serial_server: Server):
    with pytest.raises(LineLost, match=r"no connection to the serial server at 127\.0\.0\.1:1 "):
        link_for(LineSettings("tcp://127.0.0.1:1")).open()


def test_a_recording_is_a_line_that_ends(tmp_path: Path):
    (tmp_path / "recorded").write_bytes(b"abcdef")
    link = link_for(LineSettings(f"replay://{tmp_path / 'recorded'}"))
    link.open()
    assert [link.read(4, 1.0), link.read(4, 1.0)] == [b"abcd", b"ef"]
    with pytest.raises(LineLost, match="at its end"):
        link.read(4, 1.0)
    link.open()
    assert link.read(1, 1.0) == b"a"
    with pytest.raises(LineLost, match="only be listened to"):
        link.write(b"?")
    link.close()


def test_a_recording_can_be_played_at_its_own_speed(tmp_path: Path):
    (tmp_path / "recorded").write_bytes(bytes(96))
    link = ReplayLink(tmp_path / "recorded", baud=9600)
    link.open()
    start = time.monotonic()
    link.read(96, 1.0)
    assert 0.09 < time.monotonic() - start < 0.5
    link.close()


def test_a_recording_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(LineLost, match="nowhere can't be read"):
        ReplayLink(tmp_path / "nowhere").open()
