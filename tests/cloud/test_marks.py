"""Marks in cameras' pictures, over ASGI with real stores and a broker that is away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.store import drawings
from cloud.store.drawings import KEPT_PER_CAMERA, MAIL, Drawn
from cloud.store.mail import GIVE_UP_MS
from cloud.store.records import Records
from contract.marks import CameraView, Marks
from contract.messages import Drawing
from tests.cloud.conftest import settle
from tests.cloud.sending import PI, announcement, count, result, snapshot, status

HOUSE = "/api/v1/houses/hill/house-2"
DRAW = f"{HOUSE}/cameras/cam-1/marks"
FLOOR = [[0.05, 0.1], [0.95, 0.1], [0.9, 0.98]]
MARKS: dict[str, Any] = {
    "floor": FLOOR,
    "zones": [{"slug": "drinker-1", "kind": "drinker", "polygon": FLOOR}],
    "gates": [
        {"slug": "gate-1", "line": [[0.5, 0.9], [0.7, 0.9]], "inside": "right", "hole": None, "hole_leads": "in"},
        {"slug": "gate-2", "line": None, "inside": "left", "hole": FLOOR, "hole_leads": "out"},
    ],
}


def body(marks: dict[str, Any] | None = MARKS, **more: Any) -> dict[str, Any]:
    return {"marks": marks, "picture_at": "2026-11-22T04:00:00.000Z", "size_wh": [640, 480], **more}


async def view(mei: httpx.AsyncClient) -> dict[str, Any]:
    [only] = (await mei.get(HOUSE)).json()["views"]
    return dict(only)


async def test_a_drawing_goes_from_the_page_to_the_devices_answer(app: FastAPI, mei: httpx.AsyncClient):
    own = CameraView(slug="cam-1", marks=Marks())
    await settle(app, announcement(views=[own]), snapshot(1))
    assert await view(mei) == {
        "device": "pi-1", "camera": "cam-1", "marks": {"floor": None, "zones": [], "gates": []}, "drawing": None,
        "last": None,
    }  # fmt: skip

    answer = await mei.post(DRAW, json=body())
    drawn = answer.json()
    assert (answer.status_code, drawn["state"], drawn["by"], drawn["marks"]) == (202, "pending", "mei", MARKS)
    assert (await view(mei))["last"] == drawn
    [letter] = MAIL.due(app.state.services.records, 2**50)
    message = letter.write()
    assert isinstance(message, Drawing)
    assert (letter.place, letter.name, message.camera) == (PI, drawn["drawing"], "cam-1")
    assert (message.size_wh, message.picture_at) == ((640, 480), datetime(2026, 11, 22, 4, tzinfo=UTC))
    assert message.marks == Marks.model_validate(MARKS)

    held = CameraView(slug="cam-1", marks=Marks.model_validate(MARKS), drawing=drawn["drawing"])
    answered = result(2, drawn["drawing"], "counts with it", code="counts_by_hand_lost")
    await settle(app, answered, announcement(views=[held]))
    now = await view(mei)
    assert (now["marks"], now["drawing"]) == (MARKS, drawn["drawing"])
    assert (now["last"]["state"], now["last"]["code"]) == ("done", "counts_by_hand_lost")
    assert MAIL.due(app.state.services.records, 2**50) == []


async def test_a_newer_drawing_takes_the_place_of_one_on_its_way_and_null_takes_back(
    app: FastAPI, mei: httpx.AsyncClient
):
    await settle(app, snapshot(1))
    await mei.post(DRAW, json=body())
    back = (await mei.post(DRAW, json=body(None))).json()
    [letter] = MAIL.due(app.state.services.records, 2**50)
    message = letter.write()
    assert isinstance(message, Drawing)
    assert (letter.name, message.marks) == (back["drawing"], None)


@pytest.mark.parametrize(
    ("path", "sent", "status_code", "code"),
    [
        ("cameras/cam-9/marks", body(), 404, "no_such_camera"),
        ("cameras/cam-1/marks", body(device="pi-9"), 404, "no_such_device"),
        ("cameras/cam-1/marks", body(picture_at="2999-01-01T00:00:00Z"), 422, "not_yet_taken"),
        ("cameras/cam-1/marks", body(size_wh=[0, 480]), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"floor": FLOOR[:2]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"floor": [*FLOOR, [1.01, 0.5]]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"floor": [*FLOOR, ["0.5", 0.5]]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"zones": [{"slug": "Feeder 1", "polygon": FLOOR}]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"zones": [{"slug": "f", "kind": "pond", "polygon": FLOOR}]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"gates": [{"slug": "gate-1"}]}), 422, "bad_request"),
        ("cameras/cam-1/marks", body({"walls": []}), 422, "bad_request"),
        ("cameras/cam-1/marks", {"picture_at": "2026-11-22T04:00:00Z", "size_wh": [1, 1]}, 422, "bad_request"),
    ],
)
async def test_what_can_not_be_marked_is_refused_and_not_kept(
    app: FastAPI, mei: httpx.AsyncClient, path: str, sent: dict[str, Any], status_code: int, code: str
):
    await settle(app, status(), count(1, 30.0))
    answer = await mei.post(f"{HOUSE}/{path}", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (status_code, code)
    assert answer.json()["detail"]
    assert MAIL.due(app.state.services.records, 2**50) == []


async def test_a_stranger_can_not_draw(app: FastAPI, stranger: httpx.AsyncClient):
    await settle(app, snapshot(1))
    assert (await stranger.post(DRAW, json=body())).status_code == 401


def drawn(name: str, at_ms: int) -> Drawn:
    return Drawn(PI, name, "cam-1", Marks(), 0, (640, 480), at_ms, "mei")


def test_drawings_are_bounded_and_given_up_after_two_weeks(records: Records):
    for number in range(KEPT_PER_CAMERA + 5):
        drawings.draw(records, drawn(f"d-{number}", number))
        with records.writing() as connection:
            assert MAIL.answered(connection, PI, result(1, f"d-{number}"))
    with records.writing() as connection:
        kept = [MAIL.answered(connection, PI, result(1, f"d-{number}")) for number in range(KEPT_PER_CAMERA + 5)]
    assert kept == [False] * 5 + [True] * KEPT_PER_CAMERA
    drawings.draw(records, drawn("d-last", 100))
    MAIL.give_up(records, GIVE_UP_MS + 101)
    last = drawings.newest(records, PI, "cam-1")
    assert last is not None
    assert (last.drawing, last.state) == ("d-last", "unanswered")


async def test_a_device_is_told_at_once_when_it_connects(records: Records):
    drawings.draw(records, drawn("d-1", 0))
    MAIL.sent(records, MAIL.due(records, 0), 0)
    assert MAIL.due(records, 1_000) == []
    MAIL.hurry(records, {PI}, 1_000)
    assert [letter.name for letter in MAIL.due(records, 1_000)] == ["d-1"]


async def test_an_older_device_that_announces_no_views_has_none(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, announcement(datetime.now(UTC) - timedelta(minutes=1)), snapshot(1))
    assert (await mei.get(HOUSE)).json()["views"] == []
