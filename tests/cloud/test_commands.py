"""What people tell devices, over ASGI with real stores and a broker that is away."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from cloud.store import commands
from cloud.store.mail import ANSWER_MS
from contract.messages import Command, Readings
from tests.cloud.conftest import settle
from tests.cloud.sending import PI, announcement, count, result, snapshot, status

HOUSE = "/api/v1/houses/hill/house-2"
TELL = f"{HOUSE}/devices/pi-1/commands"
FAR = 2**50


def due(app: FastAPI, now_ms: int) -> list[Command]:
    services: Services = app.state.services
    letters = commands.MAIL.due(services.records, now_ms)
    return [message for letter in letters if isinstance(message := letter.write(), Command)]


async def device(mei: httpx.AsyncClient) -> dict[str, Any]:
    [only] = (await mei.get(HOUSE)).json()["devices"]
    return dict(only)


async def test_a_command_goes_from_the_page_to_the_devices_answer(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, announcement(), status())
    answer = await mei.post(TELL, json={"action": "doctor"}, headers={"accept-language": "zh-CN,en;q=0.5"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["by"], told["action"]) == (202, "pending", "mei", "doctor")
    assert (await device(mei))["commands"] == [told]
    again = (await mei.post(TELL, json={"action": "doctor"})).json()
    assert again["command"] == told["command"], "the same while it is on its way"
    [message] = due(app, app_now_ms(told))
    assert (message.command, message.action, message.language) == (told["command"], "doctor", "zh")
    assert message.expires_at - message.at == timedelta(minutes=15)

    await settle(app, result(2, told["command"], "all is well", report="ok memory"))
    now = (await device(mei))["commands"][0]
    assert (now["state"], now["detail"], now["has_report"]) == ("done", "all is well", True)
    report = (await mei.get(f"{TELL}/{told['command']}")).json()
    assert report["report"] == "ok memory"
    assert [one["command"] for one in (await mei.get(TELL)).json()] == [told["command"]]
    assert due(app, app_now_ms(told)) == []


def app_now_ms(told: dict[str, Any]) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(told["at"]).timestamp() * 1000) + 1


async def test_a_picture_is_asked_of_the_camera(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, status(), snapshot(1))
    answer = await mei.post(f"{HOUSE}/cameras/cam-1/picture", json={})
    told = answer.json()
    assert (answer.status_code, told["action"], told["target"]) == (202, "snapshot", "cam-1")
    assert (await mei.post(f"{HOUSE}/cameras/attic/picture", json={})).json()["code"] == "no_such_camera"


async def test_a_tare_is_not_done_an_hour_later(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, status())
    told = (await mei.post(TELL, json={"action": "tare", "target": "scale-1"})).json()
    services: Services = app.state.services
    two_minutes = app_now_ms(told) + 120_000
    assert len(due(app, app_now_ms(told))) == 1
    assert due(app, two_minutes) == []
    commands.MAIL.give_up(services.records, two_minutes)
    assert commands.one(services.records, PI, told["command"]).state == "pending"  # type: ignore[union-attr]
    commands.MAIL.give_up(services.records, two_minutes + ANSWER_MS)
    assert commands.one(services.records, PI, told["command"]).state == "unanswered"  # type: ignore[union-attr]
    await settle(app, result(2, told["command"], "tared all the same"))
    assert (await device(mei))["commands"][0]["state"] == "done"


async def test_a_newer_configuration_takes_the_place_of_one_on_its_way(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, status())
    for text in ("a = 1", "a = 2"):
        told = (await mei.post(TELL, json={"action": "configure", "text": text})).json()
    assert [message.text for message in due(app, app_now_ms(told))] == ["a = 2"]


@pytest.mark.parametrize(
    ("path", "sent", "status_code", "code"),
    [
        ("devices/pi-9/commands", {"action": "logs"}, 404, "no_such_device"),
        ("devices/pi-1/commands", {"action": "explode"}, 422, "bad_request"),
        ("devices/pi-1/commands", {"action": "snapshot", "target": "cam-1"}, 422, "bad_request"),
        ("devices/pi-1/commands", {"action": "tare"}, 422, "bad_request"),
        ("devices/pi-1/commands", {"action": "logs", "target": "cam-1"}, 422, "bad_request"),
        ("devices/pi-1/commands", {"action": "configure"}, 422, "bad_request"),
        ("devices/pi-1/commands", {"action": "logs", "text": "x"}, 422, "bad_request"),
    ],
)
async def test_what_no_device_can_do_is_refused_and_not_kept(
    app: FastAPI, mei: httpx.AsyncClient, path: str, sent: dict[str, Any], status_code: int, code: str
):
    await settle(app, status(), count(1, 30.0))
    answer = await mei.post(f"{HOUSE}/{path}", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (status_code, code)
    assert (await device(mei))["commands"] == []


async def test_it_stands_in_the_audit_log(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, status())
    await mei.post(TELL, json={"action": "restart", "target": "cam-1"})
    [organisation] = {one["organisation"] for one in (await mei.get("/api/v1/session")).json()["posts"]}
    rows = (await mei.get(f"/api/v1/organisations/{organisation}/audit")).json()["rows"]
    assert ("mei", "device-told", "house-2/pi-1: restart cam-1") in {(r["who"], r["action"], r["about"]) for r in rows}


async def test_how_the_device_does_is_told_beside_it_and_is_no_climate(app: FastAPI, mei: httpx.AsyncClient):
    one = status()
    own = Readings(
        device=PI.device, boot="00000000000000aa", seq=7, at=one.at, instrument="device",
        values={"processor_temperature_celsius": 61.0},
    )  # fmt: skip
    await settle(app, one, own)
    now = (await mei.get(HOUSE)).json()
    assert now["climate"] == []
    assert now["devices"][0]["health"] == {"processor_temperature_celsius": 61.0}
    assert now["devices"][0]["health_at"] is not None
