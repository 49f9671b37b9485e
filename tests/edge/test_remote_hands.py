"""Commands to the whole agent as a process: a real broker, real pseudo-terminals, the real cloud's words."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
import pytest

from contract.messages import Command, encode
from contract.place import Place
from contract.topics import build
from tests.edge.test_agent import CAMERA, CLIMATE, CONFIG, SCALE, Farm, farm, stop  # noqa: F401  # the fixture
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PLACE = Place(farm="farm", house="house-1", device="edge-1")


class Cloud:
    """Says commands and hears answers."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._said = 0

    async def tell(self, action: str, target: str | None = None, text: str = "", most_s: float = 60) -> dict[str, Any]:
        """Say a command until the device answers; return the answer."""
        self._said += 1
        now = datetime.now(UTC)
        command = Command.model_validate(
            {"device": "edge-1", "at": now, "command": f"c-{self._said}", "action": action, "target": target,
             "text": text, "expires_at": now + timedelta(minutes=5)}
        )  # fmt: skip
        topic = build(PLACE, Command)
        async with asyncio.timeout(most_s):
            while True:
                await self._client.publish(topic, encode(command), qos=1)
                answer = await self._answer(f"c-{self._said}", 5)
                if answer:
                    return answer
        raise AssertionError("unreachable")

    async def _answer(self, command: str, within_s: float) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(within_s):
                async for message in self._client.messages:
                    said = json.loads(message.payload)
                    if message.topic.value.endswith("/result") and said["command"] == command:
                        return dict(said)
        except TimeoutError:
            return None
        return None


async def test_a_person_far_away_can_do_what_a_person_beside_it_could(farm: Farm, mosquitto: Mosquitto):  # noqa: F811
    farm.simulate("toledo", "scale")
    farm.simulate("xy-md02", "climate")
    scale = SCALE.replace("xk3190-a9", "toledo")
    agent = farm.start(scale, CLIMATE, CAMERA + "snapshot_every_s = 86400\n")
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe("henwise/v1/farm/house-1/edge-1/+", qos=1)
        cloud = Cloud(client)
        picture = await cloud.tell("snapshot", "cam")
        while picture["code"] == "no_picture":  # the network is being loaded
            picture = await cloud.tell("snapshot", "cam")
        assert picture["done"], picture
        assert (await cloud.tell("snapshot", "attic"))["code"] == "no_such_camera"
        assert (await cloud.tell("tare", "scale"))["done"]
        assert (await cloud.tell("tare", "climate"))["code"] == "not_adjustable"
        logs = await cloud.tell("logs")
        assert "running with 2 instruments and 1 cameras" in logs["report"]
        doctor = await cloud.tell("doctor")
        assert "data folder" in doctor["report"]
        assert (await cloud.tell("restart", "climate"))["done"]
        assert (await cloud.tell("restart"))["done"]
        assert (await cloud.tell("logs"))["done"]
    assert stop(agent) < 6
    assert farm.log().count("starting anew") == 1
    assert "Traceback" not in farm.log()


async def test_a_configuration_from_afar_holds_or_falls_back(farm: Farm, mosquitto: Mosquitto):  # noqa: F811
    farm.simulate("xy-md02", "climate")
    agent = farm.start(CLIMATE, options=("--trial-s", "4"))
    path = farm.folder / "edge.toml"
    before = path.read_text(encoding="utf-8")
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe("henwise/v1/farm/house-1/edge-1/+", qos=1)
        cloud = Cloud(client)
        wrong = await cloud.tell("configure", text=before.replace("interval_s = 0.5", "interval_s = 0"))
        assert wrong["code"] == "config_mistakes"
        assert "edge.toml:13: instruments[0].interval_s" in wrong["report"]
        moved = await cloud.tell("configure", text=before.replace("house-1", "house-2"))
        assert moved["code"] == "config_mistakes"
        assert path.read_text(encoding="utf-8") == before

        better = before.replace("interval_s = 0.5", "interval_s = 0.7")
        assert (await cloud.tell("configure", text=better))["done"]
        assert path.read_text(encoding="utf-8") == better

        astray = better.replace(f"port = {mosquitto.port}", "port = 9")
        lost = await cloud.tell("configure", text=astray)
        assert (lost["done"], lost["code"]) == (False, "config_fell_back")
        assert path.read_text(encoding="utf-8") == better
        assert (await cloud.tell("reload"))["done"]
    stop(agent)
