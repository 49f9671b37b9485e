"""The buffer between paho and its socket, over real socket pairs; what ingest does with it is in test_workers."""

import asyncio
import contextlib
import socket

import pytest

from cloud.ingest.bulk import READ_BYTES, UNSENT_MOST_BYTES, BufferedSocket


@pytest.fixture
async def pair():
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    buffered = BufferedSocket(here, asyncio.get_running_loop())
    yield buffered, there
    buffered.close()
    there.close()


async def test_single_bytes_are_read_from_one_large_piece(pair: tuple[BufferedSocket, socket.socket]):
    buffered, there = pair
    there.send(b"abcdef")
    assert buffered.recv(1) == b"a"
    assert buffered.pending() == 5
    assert buffered.recv(100) == b"bcdef"
    assert buffered.pending() == 0
    with pytest.raises(BlockingIOError):
        buffered.recv(1)
    there.close()
    assert buffered.recv(1) == b""


async def test_what_is_sent_leaves_together_when_the_loop_comes_round(pair: tuple[BufferedSocket, socket.socket]):
    buffered, there = pair
    assert [buffered.send(part) for part in (b"one ", b"two ", b"three")] == [4, 4, 5]
    with pytest.raises(BlockingIOError):
        there.recv(READ_BYTES)
    await asyncio.sleep(0)
    assert there.recv(READ_BYTES) == b"one two three"


async def test_more_than_the_peer_takes_waits_and_arrives_whole(pair: tuple[BufferedSocket, socket.socket]):
    buffered, there = pair
    sent = bytearray()
    with pytest.raises(BlockingIOError):
        while len(sent) < 100 * UNSENT_MOST_BYTES:
            part = bytes([len(sent) // 65_536 % 256]) * 65_536
            buffered.send(part)
            sent += part
    assert len(sent) > UNSENT_MOST_BYTES
    received = bytearray()
    async with asyncio.timeout(30):
        while len(received) < len(sent):
            try:
                received += there.recv(READ_BYTES)
            except BlockingIOError:
                await asyncio.sleep(0.001)
    assert received == sent


async def test_the_last_words_are_sent_before_it_closes(pair: tuple[BufferedSocket, socket.socket]):
    buffered, there = pair
    buffered.send(b"good-bye")
    buffered.close()
    assert there.recv(READ_BYTES) == b"good-bye"
    assert there.recv(READ_BYTES) == b""


async def test_a_broken_line_is_told_to_who_reads(pair: tuple[BufferedSocket, socket.socket]):
    buffered, there = pair
    there.close()
    buffered.send(b"x")
    await asyncio.sleep(0.05)
    with contextlib.suppress(ConnectionError):
        assert buffered.recv(1) == b""
