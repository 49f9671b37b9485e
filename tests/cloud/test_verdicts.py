"""A person's word on its way to a device, through the real service and a real broker, also when the device is away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import httpx
import pytest

from contract import topics
from contract.marks import CameraView, Marks
from contract.messages import Drawing, Verdict, encode, parse
from tests.cloud.conftest import PASSWORD
from tests.cloud.sending import PI, announcement, count, finding, result, topic_of
from tests.cloud.service import CloudProcess, cloud_process
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

HOUSE = "/api/v1/houses/hill/house-2"
MARKS = {"zones": [{"slug": "feeder-1", "kind": "feeder", "polygon": [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5]]}]}
WITHIN_S = 30
QUIET_S = 2


@pytest.fixture
def service(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[CloudProcess]:
    with cloud_process(tmp_path, mosquitto.port) as running:
        running.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
        yield running


@asynccontextmanager
async def device(mosquitto: Mosquitto) -> AsyncIterator[aiomqtt.Client]:
    """Connect as an edge device does: it listens, then it says what it is; its session ends with its line."""
    async with aiomqtt.Client("127.0.0.1", mosquitto.port, identifier=topics.client_id(PI)) as client:
        await client.subscribe([(topics.build(PI, kind), 1) for kind in (Verdict, Drawing)])
        await client.publish(topic_of(announcement()), encode(announcement(datetime.now(UTC))), qos=1, retain=True)
        yield client


async def heard(client: aiomqtt.Client) -> Verdict:
    async with asyncio.timeout(WITHIN_S):
        return parse(Verdict, (await anext(client.messages)).payload)


async def nothing_more(client: aiomqtt.Client) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(QUIET_S):
            await anext(client.messages)


@asynccontextmanager
async def person(service: CloudProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url, timeout=90) as client:
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        yield client


async def until_state(client: httpx.AsyncClient, state: str) -> dict[str, object]:
    async with asyncio.timeout(WITHIN_S):
        while True:
            listed = (await client.get(f"{HOUSE}/findings")).json()
            if listed and listed[0]["verdict"] and listed[0]["verdict"]["state"] == state:
                return dict(listed[0]["verdict"])
            await asyncio.sleep(0.1)


async def found(client: httpx.AsyncClient, edge: aiomqtt.Client) -> None:
    message = finding(1, when=datetime.now(UTC))
    await edge.publish(topic_of(message), encode(message), qos=1)
    async with asyncio.timeout(WITHIN_S):
        while not (await client.get(f"{HOUSE}/findings")).is_success:
            await asyncio.sleep(0.1)
        while not (await client.get(f"{HOUSE}/findings")).json():
            await asyncio.sleep(0.1)


async def test_a_verdict_reaches_the_device_and_its_answer_the_person(service: CloudProcess, mosquitto: Mosquitto):
    async with device(mosquitto) as edge, person(service) as mei:
        await found(mei, edge)
        said = (await mei.post(f"{HOUSE}/findings/pi-1/f-1/verdict", json={"answer": "false_alarm"})).json()
        verdict = await heard(edge)
        assert (verdict.verdict, verdict.finding, verdict.camera, verdict.answer) == (
            said["verdict"], "f-1", "cam-1", "false_alarm",
        )  # fmt: skip
        assert (await until_state(mei, "pending"))["verdict"] == said["verdict"]
        answer = result(2, verdict.verdict, "kept as a label")
        await edge.publish(topic_of(answer), encode(answer), qos=1)
        assert (await until_state(mei, "done"))["detail"] == "kept as a label"


async def test_a_count_by_hand_reaches_the_device(service: CloudProcess, mosquitto: Mosquitto):
    async with device(mosquitto) as edge, person(service) as mei:
        await found(mei, edge)
        seen = count(3, 200.0, datetime.now(UTC))
        await edge.publish(topic_of(seen), encode(seen), qos=1)
        body = {"birds": 212, "about_at": seen.at.isoformat()}
        async with asyncio.timeout(WITHIN_S):
            while not (await mei.post(f"{HOUSE}/cameras/cam-1/count", json=body)).is_success:
                await asyncio.sleep(0.1)
        verdict = await heard(edge)
    assert (verdict.answer, verdict.birds, verdict.finding, verdict.about_at) == ("count", 212, None, seen.at)


async def test_what_was_said_while_the_device_was_away_waits_for_it(service: CloudProcess, mosquitto: Mosquitto):
    async with person(service) as mei:
        async with device(mosquitto) as edge:
            await found(mei, edge)
        said = (await mei.post(f"{HOUSE}/findings/pi-1/f-1/verdict", json={"answer": "right"})).json()
        await asyncio.sleep(1)  # it is sent, and nobody hears it
        assert (await until_state(mei, "pending"))["verdict"] == said["verdict"]

        await asyncio.to_thread(service.stop, signal.SIGKILL)
        await asyncio.to_thread(service.start)
        async with device(mosquitto) as edge:
            verdict = await heard(edge)
            assert verdict.verdict == said["verdict"]
        async with device(mosquitto) as edge:  # it went again before it could answer: it is told again
            verdict = await heard(edge)
            answer = result(2, verdict.verdict)
            await edge.publish(topic_of(answer), encode(answer), qos=1)
            await until_state(mei, "done")
        async with device(mosquitto) as edge:
            await nothing_more(edge)


async def test_a_drawing_takes_the_same_way_and_waits_too(service: CloudProcess, mosquitto: Mosquitto):
    async with person(service) as mei:
        async with device(mosquitto) as edge:
            seen = count(3, 200.0, datetime.now(UTC))
            await edge.publish(topic_of(seen), encode(seen), qos=1)
        body = {"marks": MARKS, "picture_at": seen.at.isoformat(), "size_wh": [960, 540]}
        async with asyncio.timeout(WITHIN_S):
            while not (answer := await mei.post(f"{HOUSE}/cameras/cam-1/marks", json=body)).is_success:
                await asyncio.sleep(0.1)
        drawn = answer.json()
        assert (drawn["state"], drawn["by"]) == ("pending", "mei")
        async with device(mosquitto) as edge:
            async with asyncio.timeout(WITHIN_S):
                heard = parse(Drawing, (await anext(edge.messages)).payload)
            assert (heard.drawing, heard.camera, heard.size_wh) == (drawn["drawing"], "cam-1", (960, 540))
            assert heard.marks is not None
            assert heard.marks.model_dump(mode="json") == drawn["marks"]
            refusal = result(4, heard.drawing, "the border crosses itself", done=False, code="marks_cross")
            view = CameraView(slug="cam-1", marks=Marks())
            for message in (refusal, announcement(datetime.now(UTC), [view])):
                await edge.publish(topic_of(message), encode(message), qos=1)
            async with asyncio.timeout(WITHIN_S):
                while not (views := (await mei.get(HOUSE)).json()["views"]) or views[0]["last"]["state"] == "pending":
                    await asyncio.sleep(0.1)
        [view_now] = views
        assert (view_now["last"]["state"], view_now["last"]["code"]) == ("refused", "marks_cross")
        async with device(mosquitto) as edge:
            await nothing_more(edge)
