"""Rights at a real mosquitto with its dynamic security plugin: nobody reads or writes what is not theirs."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
from typer.testing import CliRunner

from cloud.broker.rules import username_of
from cloud.cli import app
from contract import topics
from contract.messages import Committed, Readings, SeqRange, Status, Verdict, encode
from contract.place import Place
from tests.cloud.sending import BOOT, PI, Sender, at, readings, status, topic_of
from tests.cloud.service import cloud_process
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system]

ADMIN = "a password of the admin"
NEIGHBOUR = Place(farm="valley", house="house-1", device="pi-1")
TWIN = PI.model_copy(update={"device": "pi-2"})


class Farm:
    """A broker with rights, and accounts made by the verbs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rights = folder / "dynamic-security.json"
        control = shutil.which("mosquitto_ctrl") or "/usr/bin/mosquitto_ctrl"
        subprocess.run([control, "dynsec", "init", rights, "admin", ADMIN], check=True, capture_output=True)
        [plugin] = Path("/usr/lib").glob("*/mosquitto_dynamic_security.so")
        self.broker = Mosquitto(
            folder,
            "allow_anonymous false",
            f"plugin {plugin}",
            f"plugin_opt_config_file {rights}",
            "max_queued_messages 9",
        )
        (folder / "cloud.toml").write_text(
            f'data_dir = "{folder / "data"}"\n[broker]\nport = {self.broker.port}\n'
            'username = "cloud"\npassword = "its own"\n'
        )
        self.passwords: dict[Place, str] = {}

    def verb(self, *words: str, password: str = ADMIN) -> str:
        arguments = ["broker", *words, "-c", str(self.folder / "cloud.toml")]
        done = CliRunner().invoke(app, arguments, input=f"{password}\n")
        return done.output if done.exit_code == 0 else f"refused: {done.output}"

    def add(self, place: Place) -> None:
        said = self.verb("add-device", place.farm, place.house, place.device)
        assert not said.startswith("refused"), said
        self.passwords[place] = said.partition('password = "')[2].partition('"')[0]

    def client(self, place: Place, client_id: str = "") -> aiomqtt.Client:
        return aiomqtt.Client(
            "127.0.0.1",
            self.broker.port,
            username=username_of(place),
            password=self.passwords[place],
            identifier=client_id or topics.client_id(place),
            protocol=aiomqtt.ProtocolVersion.V5,
        )

    def cloud(self) -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", self.broker.port, username="cloud", password="its own")


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    farm = Farm(tmp_path_factory.mktemp("farm"))
    farm.broker.start()
    for _ in range(2):  # once more changes nothing
        assert "lets in the service" in farm.verb("init")
    for place in (PI, TWIN, NEIGHBOUR):
        farm.add(place)
    yield farm
    farm.broker.kill()


async def heard(client: aiomqtt.Client, within_s: float = 1.0) -> list[str]:
    """Return the topics that reach a client within a while."""
    found: list[str] = []

    async def listen() -> None:
        async for message in client.messages:
            found.append(str(message.topic))  # noqa: PERF401  # what was heard until the time was up

    try:
        await asyncio.wait_for(listen(), within_s)
    except TimeoutError:
        return found
    return found


async def test_a_device_sends_its_own_and_hears_what_is_for_it(farm: Farm):
    async with farm.client(PI) as device, farm.cloud() as cloud:
        await device.subscribe(topics.build(PI, Verdict), qos=1)
        for filter_ in topics.subscription("edge"):
            await cloud.subscribe(filter_, qos=1)
        await device.publish(topic_of(readings(1)), encode(readings(1)), qos=1)
        await cloud.publish(topics.build(PI, Verdict), b"for you", qos=1)
        assert await heard(cloud) == [topics.build(PI, Readings)]
        assert await heard(device) == [topics.build(PI, Verdict)]


@pytest.mark.parametrize("stranger", [NEIGHBOUR, TWIN])
async def test_nobody_elses_device_can_read_or_write_its_topics(farm: Farm, stranger: Place):
    async with farm.client(stranger) as thief, farm.cloud() as cloud:
        await cloud.subscribe("henwise/v1/#", qos=1)
        tried = [
            *topics.subscription("edge", PI), *topics.subscription("cloud", PI), "henwise/v1/#", "#", "+/+/+/+/+/+",
            f"henwise/v1/{PI.farm}/{PI.house}/+/readings", f"$share/henwise/{topics.build(PI, Readings)}",
        ]  # fmt: skip
        for filter_ in tried:
            [granted] = await thief.subscribe(filter_, qos=1)
            assert granted.is_failure, filter_
        for leaf in topics.LEAVES:
            topic = f"henwise/v1/{PI.farm}/{PI.house}/{PI.device}/{leaf}"
            await thief.publish(topic, b"forged", qos=1)
        await cloud.publish(topics.build(PI, Verdict), b"for another", qos=1)
        assert await heard(thief) == []
        assert await heard(cloud) == [topics.build(PI, Verdict)]


async def test_committed_is_said_by_the_service_alone(farm: Farm):
    forged = encode(Committed(device=PI.device, at=at(), ranges=[SeqRange(boot=BOOT, first=1, last=10**6)]))
    async with farm.client(PI) as device, farm.client(TWIN) as twin:
        await device.subscribe(topics.build(PI, Committed), qos=1)
        for forger in (device, twin):
            await forger.publish(topics.build(PI, Committed), forged, qos=1)
        assert await heard(device) == []


async def test_an_account_can_not_throw_another_out_or_speak_by_its_will(farm: Farm):
    async with farm.client(PI) as device, farm.cloud() as cloud:
        await cloud.subscribe(topics.build(PI, Status), qos=1)
        with pytest.raises(aiomqtt.MqttError):
            async with farm.client(TWIN, topics.client_id(PI)):
                pass
        will = aiomqtt.Will(topics.build(PI, Status), encode(status("offline")), qos=1, retain=True)
        account = {
            "username": username_of(TWIN),
            "password": farm.passwords[TWIN],
            "identifier": topics.client_id(TWIN),
        }
        twin = aiomqtt.Client("127.0.0.1", farm.broker.port, will=will, **account)  # type: ignore[arg-type]
        try:
            async with twin:
                twin._client._sock_close()  # its line breaks: the broker would send the will
        except aiomqtt.MqttError:
            pass
        assert await heard(cloud) == []
        await device.publish(topic_of(readings(1)), encode(readings(1)), qos=1)


async def test_a_revoked_device_is_out_at_once_and_the_verbs_say_what_is_wrong(farm: Farm):
    gone = PI.model_copy(update={"device": "pi-9"})
    await asyncio.to_thread(farm.add, gone)
    async with farm.client(gone) as device:
        said = await asyncio.to_thread(farm.verb, "revoke-device", gone.farm, gone.house, gone.device)
        assert "not let in any more" in said
        with pytest.raises(aiomqtt.MqttError):
            await device.publish(topic_of(readings(1), gone), encode(readings(1)), qos=1, timeout=5)
    with pytest.raises(aiomqtt.MqttError):
        async with farm.client(gone):
            pass
    again = await asyncio.to_thread(farm.verb, "revoke-device", gone.farm, gone.house, gone.device)
    assert "not let in" in again
    wrong = await asyncio.to_thread(farm.verb, "init", password="wrong")
    assert wrong.startswith("refused")
    assert "password right" in wrong


async def test_the_service_works_with_its_account_and_takes_an_added_device_in(farm: Farm, tmp_path: Path):
    account = {
        "HENWISE_BROKER_USERNAME": "cloud",
        "HENWISE_BROKER_PASSWORD": "its own",
        "HENWISE_INGEST_ENROL": "asked",
    }
    data = {"HENWISE_DATA_DIR": str(farm.folder / "data")}  # where the verbs approved it
    with cloud_process(tmp_path, farm.broker.port, **account, **data):
        async with farm.client(PI) as client:
            edge = Sender(client)
            listening = asyncio.create_task(edge.listen())
            await asyncio.sleep(0.2)
            await edge.send(readings(7))
            await edge.until_committed({7})
            listening.cancel()
            await asyncio.wait([listening])
