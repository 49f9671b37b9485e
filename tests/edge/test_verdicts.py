"""A person's word over a real broker: it becomes a label or a calibration, and is answered."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from contract.errors import BadInput
from contract.messages import Announcement, CommandResult, Status, Verdict, encode, parse
from contract.place import Place
from contract.topics import build
from edge.config import BrokerConfig, KeepingConfig
from edge.origin import Origin
from edge.outbox import Outbox
from edge.publisher import Publisher
from edge.verdicts import Verdicts
from edge.vision.keeping import FOLDER, Keeper
from edge.vision.kept import all_kept
from edge.vision.picture import Picture
from tests.edge.samples import BOOT, finding
from tests.edge.waiting import wait_until
from tests.servers import Mosquitto

PLACE = Place(farm="farm", house="house-1", device="edge-1")
ORIGIN = Origin("edge-1", BOOT)
PICTURE = Picture(b"\xff\xd8 a picture", (4, 3), [])


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    keeper = Keeper(tmp_path, KeepingConfig())
    keeper.open()
    keeper.finding(finding(), PICTURE, "net", finding().box)
    return keeper


def verdict(answer: str, **more: Any) -> Verdict:
    said = {"device": "edge-1", "at": now(), "verdict": "v-1", "camera": "cam", "about_at": now(), "answer": answer}
    return Verdict.model_validate({**said, "finding": None if answer == "count" else "f-1", **more})


def now() -> datetime:
    return datetime.now(UTC)


def results(outbox: Outbox) -> list[CommandResult]:
    rows = outbox.waiting(live_since_ms=0, but=(), limit=100)
    return [parse(CommandResult, row.payload) for row in rows if row.leaf == "result"]


def answered(outbox: Outbox, count: int = 1) -> list[CommandResult]:
    wait_until(lambda: len(results(outbox)) == count)
    return results(outbox)


@asynccontextmanager
async def running(mosquitto: Mosquitto, outbox: Outbox, verdicts: Verdicts) -> AsyncIterator[Publisher]:
    def announcement() -> Announcement:
        return Announcement(device="edge-1", boot=BOOT, at=now(), version="1", instruments=[], cameras=["cam"])

    def status() -> Status:
        return Status(device="edge-1", boot=BOOT, at=now(), state="online")

    broker = BrokerConfig(port=mosquitto.port)
    publisher = Publisher(
        broker, PLACE, outbox, announcement=announcement, status=status, heard={Verdict: verdicts.take}
    )
    task = asyncio.create_task(publisher.run())
    yield publisher
    task.cancel()
    await asyncio.wait([task])


async def test_a_verdict_comes_over_the_broker_and_is_answered(
    mosquitto: Mosquitto, outbox: Outbox, keeper: Keeper, tmp_path: Path
):
    verdicts = Verdicts(ORIGIN, outbox, keeper, cameras=("cam",))
    async with (
        aiomqtt.Client("127.0.0.1", mosquitto.port, identifier="cloud") as cloud,
        running(mosquitto, outbox, verdicts) as publisher,
    ):
        await cloud.subscribe(build(PLACE, CommandResult), qos=1)
        await asyncio.to_thread(wait_until, lambda: publisher.problem == "")
        await cloud.publish(build(PLACE, Verdict), b"no verdict", qos=1)
        await cloud.publish(build(PLACE, Verdict), encode(verdict("false_alarm")), qos=1)
        async with asyncio.timeout(90):
            heard = await anext(aiter(cloud.messages))
    answer = json.loads(bytes(heard.payload))
    assert (answer["command"], answer["done"]) == ("v-1", True)
    [kept] = all_kept(tmp_path / FOLDER)
    assert kept.record.judged is not None
    assert kept.record.judged.answer == "false_alarm"


def test_a_finding_that_is_not_kept_is_said(outbox: Outbox, keeper: Keeper):
    Verdicts(ORIGIN, outbox, keeper, cameras=("cam",)).take(verdict("right", finding="f-9"))
    [answer] = answered(outbox)
    assert (answer.done, "f-9 is not kept" in answer.detail) == (False, True)


def test_a_count_goes_to_the_calibration(outbox: Outbox, keeper: Keeper):
    taken: list[tuple[str, int]] = []

    def hand_count(camera: str, at: datetime, birds: int) -> str:
        taken.append((camera, birds))
        return "factor 1.10"

    keeper.snapshot("cam", now(), PICTURE, "net")
    verdicts = Verdicts(ORIGIN, outbox, keeper, hand_count=hand_count, cameras=("cam",))
    for _ in range(2):
        verdicts.take(verdict("count", birds=212))
    answers = answered(outbox, 2)
    assert taken == [("cam", 212)]
    assert {(one.done, one.detail) for one in answers} == {(True, "factor 1.10; the picture is kept as a label")}


def test_a_count_that_the_calibration_refuses(outbox: Outbox, keeper: Keeper):
    def refuse(camera: str, at: datetime, birds: int) -> str:
        raise BadInput("no birds were seen then")

    verdicts = Verdicts(ORIGIN, outbox, keeper, hand_count=refuse, cameras=("cam",))
    verdicts.take(verdict("count", birds=5))
    [answer] = answered(outbox)
    assert not answer.done
    assert answer.detail == "no birds were seen then; its picture is not kept any more"


def test_a_camera_that_is_not_here(outbox: Outbox):
    Verdicts(ORIGIN, outbox, None).take(verdict("right"))
    [answer] = answered(outbox)
    assert (answer.done, answer.detail) == (False, "this device has no camera cam; it has: none")


def test_a_disk_that_refuses_is_said(outbox: Outbox, keeper: Keeper, tmp_path: Path):
    [kept] = all_kept(tmp_path / FOLDER)
    (kept.jpeg.parent / f"{kept.jpeg.stem}.json.{os.getpid()}.part").mkdir()
    Verdicts(ORIGIN, outbox, keeper, cameras=("cam",)).take(verdict("right"))
    [answer] = answered(outbox)
    assert (answer.done, "can't be stored" in answer.detail) == (False, True)
