"""From a code on the page to a device that sends, and out again in one step: real service, real mosquitto."""

import asyncio
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import httpx
import pytest

from cloud.broker.rules import username_of
from cloud.store.attempts import PER_ADDRESS
from contract import topics
from edge.config_file import load
from edge.secret import read_secret
from tests.cloud.conftest import PASSWORD
from tests.cloud.sending import PI
from tests.cloud.service import CloudProcess, cloud_process
from tests.cloud.test_broker_rights import ADMIN, Farm

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

CODE = "/api/v1/farms/hill/devices/house-2/pi-1/code"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    farm = Farm(tmp_path)
    farm.broker.start()
    assert "lets in the service" in farm.verb("init")
    yield farm
    farm.broker.kill()


@pytest.fixture
def service(tmp_path: Path, farm: Farm) -> Iterator[CloudProcess]:
    settings = {
        "HENWISE_BROKER_USERNAME": "cloud",
        "HENWISE_BROKER_PASSWORD": "its own",
        "HENWISE_DEVICES_ADMIN": "admin",
        "HENWISE_DEVICES_ADMIN_PASSWORD": ADMIN,
        "HENWISE_DEVICES_BROKER_HOST": "127.0.0.1",
        "HENWISE_DEVICES_BROKER_PORT": str(farm.broker.port),
        "HENWISE_DEVICES_BROKER_TLS": "false",
        "HENWISE_INGEST_ENROL": "asked",
    }
    with cloud_process(tmp_path, farm.broker.port, **settings) as running:
        running.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
        running.command("farm", "add", "hill")
        yield running


def enroll(folder: Path, ticket: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [Path(sys.executable).with_name("henwise-edge"), "enroll", ticket, "--folder", folder],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


async def test_a_code_makes_one_device_and_one_step_takes_everything_back(
    service: CloudProcess, farm: Farm, tmp_path: Path
):
    async with httpx.AsyncClient(base_url=service.url, timeout=90) as mei:
        await mei.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        made = (await mei.post(CODE)).json()
    ticket = made["command"].rpartition(" ")[2]
    assert ticket == f"{service.url}#{made['code']}"

    folder = tmp_path / "etc"
    done = enroll(folder, ticket.lower().replace("-", " "))
    assert done.returncode == 0, done.stderr
    enrolled = tomllib.loads((folder / "enrolled.toml").read_text())
    assert enrolled["cloud"] == service.url
    assert enrolled["place"] == {"farm": "hill", "house": "house-2", "device": "pi-1"}
    (folder / "edge.toml").write_text(f'data_dir = "{tmp_path / "edge"}"\n')
    config = load(folder / "edge.toml")
    assert config.broker.username == username_of(PI)
    secret = config.broker.password_file
    assert secret is not None
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert read_secret(secret) not in (folder / "enrolled.toml").read_text()

    again = enroll(tmp_path / "thief", ticket)
    assert again.returncode == 1
    assert "this code is used, over or wrong" in again.stderr
    assert not (tmp_path / "thief" / "enrolled.toml").exists()

    password = read_secret(secret)
    for part in ("", topics.VISION):  # sensors and cameras have an account each
        async with client(farm, password, part):
            pass
    with pytest.raises(aiomqtt.MqttError):
        async with client(farm, "wrong"):
            pass
    listed = service.command("device", "list").stdout
    assert "approved  hill house-2 pi-1" in listed

    async with client(farm, password) as device:
        revoked = await asyncio.to_thread(service.command, "device", "revoke", "hill", "house-2", "pi-1")
        assert revoked.stdout == "hill house-2 pi-1: revoked.\n", revoked.stderr
        with pytest.raises(aiomqtt.MqttError):  # its open connection ends, too
            async with asyncio.timeout(90):
                await anext(aiter(device.messages))
    with pytest.raises(aiomqtt.MqttError):
        async with client(farm, password):
            pass


def client(farm: Farm, password: str, part: str = "") -> aiomqtt.Client:
    return aiomqtt.Client(
        "127.0.0.1", farm.broker.port, username=username_of(PI) + part, password=password,
        identifier=topics.client_id(PI) + part,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ("https://farm.example.org", "copy the whole line"),
        ("http://farm.example.org#ABCD-EFGH-JKLM", "use https"),
        ("http://127.0.0.1:9#ABCD-EFGH-JKLM", "can't be reached"),
    ],
)
def test_what_is_no_ticket_is_refused_with_what_to_do(tmp_path: Path, ticket: str, said: str):
    done = enroll(tmp_path, ticket)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_codes_are_not_to_be_guessed(service: CloudProcess):
    address = f"{service.url}/api/v1/enrolment"
    said = [
        httpx.post(address, json={"code": f"AAAA-BBBB-CC{n:02}"}, timeout=90).status_code
        for n in range(PER_ADDRESS + 1)
    ]
    assert said == [404] * PER_ADDRESS + [429]
