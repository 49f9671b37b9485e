"""The buffer between paho and its socket, over real socket pairs and a real broker with and without TLS."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import aiomqtt
import pytest
import trustme

from cloud.ingest.bulk import READ_BYTES, UNSENT_MOST_BYTES, BufferedSocket, BulkClient
from cloud.ingest.sorting import Arrived
from tests.servers import Mosquitto


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
    async with asyncio.timeout(90):
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


@pytest.fixture(params=["plain", "tls"])
def line(request: pytest.FixtureRequest, tmp_path: Path):
    """Give a broker, and what a client needs to be spoken to by it."""
    settings, context = ["allow_anonymous true", "max_queued_messages 0"], None
    if request.param == "tls":
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
        settings += [f"certfile {tmp_path / 'cert.pem'}", f"keyfile {tmp_path / 'key.pem'}"]
        context = ssl.create_default_context()
        authority.configure_trust(context)
    broker = Mosquitto(tmp_path, *settings)
    broker.start()
    yield broker, context
    broker.kill()


async def test_thousands_arrive_in_order_and_whole_both_ways(line: tuple[Mosquitto, ssl.SSLContext | None]):
    broker, context = line
    heard: list[Arrived] = []
    payloads = [bytes([number % 256]) * (1 + number * 7 % 4_000) for number in range(2_000)]
    async with BulkClient(heard.append, "127.0.0.1", broker.port, tls_context=context) as client:
        await client.subscribe("t/#", qos=1)
        for number, payload in enumerate(payloads[:-1]):
            client.tell(f"t/{number}", payload)
        await client.publish(f"t/{len(payloads) - 1}", payloads[-1], qos=1, timeout=90)
        async with asyncio.timeout(90):
            while len(heard) < len(payloads):
                await asyncio.sleep(0.01)
    assert [arrived.topic for arrived in heard] == [f"t/{number}" for number in range(len(payloads))]
    assert [arrived.payload for arrived in heard] == payloads


async def test_a_broker_that_dies_is_noticed(line: tuple[Mosquitto, ssl.SSLContext | None]):
    broker, context = line
    with pytest.raises(aiomqtt.MqttError):
        async with BulkClient(lambda _: None, "127.0.0.1", broker.port, tls_context=context) as client:
            broker.kill()
            await asyncio.wait_for(client.lost(), 60)
