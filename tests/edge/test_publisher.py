"""The publisher against a real mosquitto; the test plays the cloud."""

import asyncio
import json
import logging
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
import trustme

from contract.marks import CameraView, Marks
from contract.messages import Announcement, Committed, Drawing, Message, SeqRange, Status, encode, parse
from contract.place import Place
from contract.topics import LEAVES, build, decode
from edge import discovery
from edge.config import BrokerConfig
from edge.outbox import Outbox
from edge.publisher import STATUS_LOOK_S, Publisher
from edge.window import Window
from tests.edge.samples import BOOT, reading, snapshot, weight
from tests.edge.waiting import wait_until
from tests.servers import Mosquitto

PLACE = Place(farm="farm", house="house-1", device="edge-1")
ALL = "henwise/v1/#"
PAYLOADS = Path(__file__).parents[1] / "fixtures" / "payloads"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


def announcement() -> Announcement:
    return Announcement(device="edge-1", boot=BOOT, at=datetime.now(UTC), version="1", instruments=[], cameras=["cam"])


def publisher_to(outbox: Outbox, broker: BrokerConfig, window: Window | None = None) -> Publisher:
    def status() -> Status:
        return Status(device="edge-1", boot=BOOT, at=datetime.now(UTC), state="online", outbox_rows=outbox.rows)

    return Publisher(broker, PLACE, outbox, announcement=announcement, status=status, window=window)


@asynccontextmanager
async def running(publisher: Publisher) -> AsyncIterator[None]:
    task = asyncio.create_task(publisher.run())
    yield
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


@asynccontextmanager
async def cloud(mosquitto: Mosquitto) -> AsyncIterator["Cloud"]:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port, identifier="cloud") as client:
        await client.subscribe(ALL, qos=1)
        yield Cloud(client)


class Cloud:
    """What the cloud hears and says."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    async def hears(self, leaf: str) -> dict[str, Any]:
        """Return the next message of a leaf, checked against the contract."""
        async with asyncio.timeout(90):
            async for message in self._client.messages:
                if message.topic.value.endswith(f"/{leaf}"):
                    decode(message.topic.value, bytes(message.payload))
                    return dict(json.loads(message.payload), retained=message.retain)
        raise AssertionError("unreachable")

    async def says(self, message: Message) -> None:
        await self._client.publish(build(PLACE, type(message)), encode(message), qos=1)

    async def commits(self, *seqs: tuple[int, int], boot: str = BOOT) -> None:
        ranges = [SeqRange(boot=boot, first=first, last=last) for first, last in seqs]
        word = Committed(device="edge-1", at=datetime.now(UTC), ranges=ranges)
        await self.says(word)


async def until(true: Callable[[], bool], most_s: float = 15) -> None:
    await asyncio.to_thread(wait_until, true, most_s)


def local(mosquitto: Mosquitto, **more: Any) -> BrokerConfig:
    return BrokerConfig(port=mosquitto.port, **more)


async def test_events_arrive_and_stay_until_the_cloud_has_committed_them(mosquitto: Mosquitto, outbox: Outbox):
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto))):
        for celsius in (20.0, 21.0, 22.0):
            outbox.put(reading(celsius))
        heard = [await far.hears("readings") for _ in range(3)]
        assert [one["seq"] for one in heard] == [1, 2, 3]
        assert [one["values"]["temperature_celsius"] for one in heard] == [20.0, 21.0, 22.0]
        assert not any(one["delayed"] for one in heard)
        assert outbox.rows == 3
        await far.commits((1, 2))
        await until(lambda: outbox.rows == 1)
        await far.commits((3, 3))
        await until(lambda: outbox.rows == 0)


async def test_it_announces_itself_retained_and_says_goodbye(mosquitto: Mosquitto, outbox: Outbox):
    async with running(publisher_to(outbox, local(mosquitto))):
        async with cloud(mosquitto) as far:
            status = await far.hears("status")
        async with cloud(mosquitto) as far:
            assert await far.hears("announcement") | {"at": ""} == {
                "device": "edge-1", "boot": BOOT, "at": "", "version": "1", "instruments": [], "cameras": ["cam"],
                "views": [], "kept": [], "retained": True,
            }  # fmt: skip
        assert (status["state"], status["boot"]) == ("online", BOOT)
    async with cloud(mosquitto) as far:
        status = await far.hears("status")
        assert (status["state"], status["retained"]) == ("offline", True)


async def test_home_assistant_is_told_what_the_device_is_and_again_when_it_starts(mosquitto: Mosquitto, outbox: Outbox):
    described = discovery.topic(PLACE)
    async with (
        aiomqtt.Client("127.0.0.1", mosquitto.port) as home,
        running(publisher_to(outbox, local(mosquitto, home_assistant="zh"))),
    ):
        await home.subscribe(described, qos=1)
        messages = aiter(home.messages)
        async with asyncio.timeout(90):
            first = json.loads((await anext(messages)).payload)
            await home.publish(discovery.BIRTH, b"online", qos=1)
            again = json.loads((await anext(messages)).payload)
    assert first == again
    assert described == "homeassistant/device/henwise__farm__house-1__edge-1/config"
    assert {"dev", "o", "cmps"} <= first.keys()
    cmps = first["cmps"]
    assert all({"p", "unique_id", "stat_t", "val_tpl"} <= one.keys() for one in cmps.values())
    assert len({one["unique_id"] for one in cmps.values()}) == len(cmps)
    assert cmps["cam_visible_birds"]["name"] == "cam 可见只数"
    own = cmps["device_processor_temperature_celsius"]
    assert (own["dev_cla"], own["unit_of_meas"], own["ent_cat"]) == ("temperature", "°C", "diagnostic")


async def test_the_last_will_is_heard_when_it_vanishes(mosquitto: Mosquitto, outbox: Outbox):
    gateway = Gateway(mosquitto.port)
    async with gateway.open(), cloud(mosquitto) as far, running(publisher_to(outbox, BrokerConfig(port=gateway.port))):
        assert (await far.hears("status"))["state"] == "online"
        gateway.cut()
        assert (await far.hears("status"))["state"] == "offline"
        assert (await far.hears("status"))["state"] == "online"


class Gateway:
    """A TCP way to the broker that can be cut without a good-bye."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._ways: list[asyncio.StreamWriter] = []
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield
            self.cut()
            await asyncio.sleep(0.1)  # the copying tasks see the cut and end

    def cut(self) -> None:
        for way in self._ways:
            way.transport.abort()
        self._ways.clear()

    async def _connect(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._ways += [near_out, far_out]
        await asyncio.gather(_copy(near_in, far_out), _copy(far_in, near_out), return_exceptions=True)
        near_out.transport.abort()
        far_out.transport.abort()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
    sink.close()


async def test_a_killed_broker_loses_nothing(mosquitto: Mosquitto, outbox: Outbox):
    async with running(publisher_to(outbox, local(mosquitto))):
        async with cloud(mosquitto) as far:
            outbox.put(reading(20.0))
            assert (await far.hears("readings"))["seq"] == 1
            mosquitto.kill()
        for celsius in (21.0, 22.0):
            outbox.put(reading(celsius))
        await asyncio.sleep(1.5)
        mosquitto.start()
        async with cloud(mosquitto) as far:
            assert {(await far.hears("readings"))["seq"] for _ in range(3)} == {1, 2, 3}
            await far.commits((1, 3))
            await until(lambda: outbox.rows == 0)


async def test_a_frozen_broker_is_given_up(mosquitto: Mosquitto, outbox: Outbox):
    publisher = publisher_to(outbox, local(mosquitto, keepalive_s=5))
    async with running(publisher):
        await until(lambda: publisher.problem == "")
        mosquitto.send(signal.SIGSTOP)
        await until(lambda: publisher.problem != "", most_s=25)
        mosquitto.send(signal.SIGCONT)
        await until(lambda: publisher.problem == "", most_s=25)


async def test_what_the_cloud_does_not_commit_is_sent_again(mosquitto: Mosquitto, outbox: Outbox):
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto))):
        outbox.put(weight(1234.0))
        first = await far.hears("weight")
        again = await far.hears("weight")
        assert again == first
        await far.commits((1, 1))
        await until(lambda: outbox.rows == 0)


async def test_old_rows_are_marked_and_wait_for_the_live_ones(mosquitto: Mosquitto, outbox: Outbox):
    old = [outbox.put(reading(age_s=3600)) for _ in range(30)]
    live = outbox.put(weight())
    for one in (*old, live):
        await asyncio.wrap_future(one)
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto))):
        everything = await in_order(far, 31)
    assert [one["seq"] for one in everything] == [31, *range(1, 31)]
    assert [one["delayed"] for one in everything] == [False] + [True] * 30


async def in_order(far: Cloud, count: int) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    async with asyncio.timeout(90):
        async for message in far._client.messages:
            if LEAVES[message.topic.value.rpartition("/")[2]].retained:
                continue
            heard.append(json.loads(message.payload))
            if len(heard) == count:
                return heard
    raise AssertionError("unreachable")


async def test_at_most_a_window_is_out(mosquitto: Mosquitto, outbox: Outbox):
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto), Window(most_rows=5))):
        for _ in range(12):
            outbox.put(reading())
        assert [(await far.hears("readings"))["seq"] for _ in range(5)] == [1, 2, 3, 4, 5]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(far.hears("readings"), 1.5)
        await far.commits((1, 3))
        assert [(await far.hears("readings"))["seq"] for _ in range(3)] == [6, 7, 8]


async def test_big_pictures_pass(mosquitto: Mosquitto, outbox: Outbox):
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto))):
        outbox.put(snapshot(1_000_000))
        assert len((await far.hears("snapshot"))["jpeg"]) > 1_300_000


async def test_nonsense_on_our_topic_is_ignored(mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture):
    async with cloud(mosquitto) as far, running(publisher_to(outbox, local(mosquitto))):
        outbox.put(reading())
        await far.hears("readings")
        await far._client.publish(build(PLACE, Committed), b'{"ranges": "all"}', qos=1)
        await far.commits((1, 1))
        await until(lambda: outbox.rows == 0)
    assert "ignored what came" in caplog.text


@contextmanager
def running_broker(broker: Mosquitto) -> Iterator[Mosquitto]:
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


async def test_a_wrong_password_is_a_sentence_that_does_not_hold_it(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "users").write_text("edge:wrong-hash\n", encoding="utf-8")
    (tmp_path / "users").chmod(0o600)
    (tmp_path / "password").write_text("s3cret-word\n", encoding="utf-8")
    broker = Mosquitto(tmp_path, "allow_anonymous false", f"password_file {tmp_path / 'users'}")
    with running_broker(broker), caplog.at_level(logging.DEBUG):
        publisher = publisher_to(outbox, local(broker, username="edge", password_file=tmp_path / "password"))
        async with running(publisher):
            await until(lambda: "check username and password_file" in publisher.problem)
    assert "s3cret" not in caplog.text
    assert "s3cret" not in publisher.problem


async def test_a_missing_password_file_is_a_sentence(mosquitto: Mosquitto, outbox: Outbox, tmp_path: Path):
    publisher = publisher_to(outbox, local(mosquitto, username="edge", password_file=tmp_path / "none"))
    async with running(publisher):
        await until(lambda: "password_file" in publisher.problem)
        (tmp_path / "none").write_text("anything", encoding="utf-8")
        await until(lambda: publisher.problem == "")


async def test_it_ends_whenever_it_is_told_to(mosquitto: Mosquitto, outbox: Outbox):
    rng = random.Random(3)
    for _ in range(25):
        task = asyncio.create_task(publisher_to(outbox, local(mosquitto)).run())
        for _ in range(5):
            outbox.put(reading())
        await asyncio.sleep(rng.uniform(0, 0.15))
        task.cancel()
        done, _pending = await asyncio.wait([task], timeout=60)
        assert done


# paho leaves a socket whose handshake failed to the garbage collector; there is nothing to close from outside.
@pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
async def test_tls_is_spoken_to_the_right_authority_only(tmp_path: Path, outbox: Outbox):
    ours, theirs = trustme.CA(), trustme.CA()
    certificate = ours.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ours.cert_pem.write_to_path(tmp_path / "ours.pem")
    theirs.cert_pem.write_to_path(tmp_path / "theirs.pem")
    files = (f"certfile {tmp_path / 'cert.pem'}", f"keyfile {tmp_path / 'key.pem'}")
    with running_broker(Mosquitto(tmp_path, "allow_anonymous true", *files)) as broker:
        trusting = publisher_to(outbox, local(broker, tls=True, ca_file=tmp_path / "ours.pem"))
        async with running(trusting):
            await until(lambda: trusting.problem == "")
        doubting = publisher_to(outbox, local(broker, tls=True, ca_file=tmp_path / "theirs.pem"))
        async with running(doubting):
            await until(lambda: "certificate verify failed" in doubting.problem)


async def test_what_the_device_has_is_told_again_when_it_changes_and_a_word_from_the_cloud_is_a_reason_to_look(
    mosquitto: Mosquitto, outbox: Outbox
):
    told = announcement()
    heard: list[str] = []

    def take(drawing: Drawing) -> None:
        nonlocal told
        heard.append(drawing.drawing)
        told = told.model_copy(update={"views": [CameraView(slug="cam", marks=Marks(), drawing=drawing.drawing)]})

    publisher = Publisher(
        local(mosquitto), PLACE, outbox, announcement=lambda: told.model_copy(update={"at": datetime.now(UTC)}),
        status=lambda: Status(device="edge-1", boot=BOOT, at=datetime.now(UTC), state="online"), heard={Drawing: take},
    )  # fmt: skip
    word = parse(Drawing, (PAYLOADS / "drawing.json").read_bytes())
    async with running(publisher), cloud(mosquitto) as far:
        assert (await far.hears("announcement"))["views"] == []
        await until(lambda: publisher.problem == "")
        began_s = time.monotonic()
        await far.says(word)
        assert [view["drawing"] for view in (await far.hears("announcement"))["views"]] == ["d-17"]
        assert time.monotonic() - began_s < STATUS_LOOK_S - 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(STATUS_LOOK_S + 2):
                await far.hears("announcement")
    assert heard == ["d-17"]
