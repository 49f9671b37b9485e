"""Findings, what people say of them, and a house's count, over ASGI with real stores and a broker that is away."""

import itertools
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from cloud.flock.house_count import FRESH, summed
from cloud.store import verdicts
from cloud.store.mail import GIVE_UP_MS, LAST_AGAIN_MS, SEND_ROWS
from cloud.store.records import Records
from cloud.store.verdicts import MAIL, Said, message_of
from tests.cloud.conftest import settle
from tests.cloud.sending import JPEG, PI, count, finding, result, roll_call, snapshot, status, wellness

HOUSE = "/api/v1/houses/hill/house-2"
NOON = "2026-11-22T04:00:00Z"
VERDICT = f"{HOUSE}/findings/pi-1/f-1/verdict"


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_a_finding_is_listed_with_its_picture_until_it_is_judged(app: FastAPI, mei: httpx.AsyncClient):
    at = now()
    await settle(app, finding(1, "f-1", at - timedelta(hours=1)), finding(2, "f-2", at, kind="dead_suspect"))
    listed = (await mei.get(f"{HOUSE}/findings?open=true")).json()
    assert [one["finding"] for one in listed] == ["f-2", "f-1"]
    newest = listed[0]
    assert (newest["kind"], newest["reasons"], newest["at"]) == ("dead_suspect", ["still_while_flock_moves"], iso(at))
    assert (newest["box"], newest["size_wh"]) == ({"xyxy": [1.0, 2.0, 3.0, 4.0], "score": 0.7}, [640, 480])
    picture = await mei.get(newest["picture"])
    assert picture.content == JPEG
    assert "immutable" in picture.headers["cache-control"]

    said = await mei.post(VERDICT, json={"answer": "right"})
    assert said.status_code == 202
    verdict = said.json()
    assert (verdict["answer"], verdict["state"], verdict["by"], verdict["about_at"]) == (
        "right", "pending", "mei", iso(at - timedelta(hours=1)),
    )  # fmt: skip
    assert [one["finding"] for one in (await mei.get(f"{HOUSE}/findings?open=true")).json()] == ["f-2"]
    [judged] = (await mei.get(f"{HOUSE}/findings?open=false")).json()
    assert judged["verdict"] == verdict
    assert len((await mei.get(f"{HOUSE}/findings?limit=1")).json()) == 1
    together = (await mei.get(HOUSE)).json()["findings"]
    assert (together["open"], [one["finding"] for one in together["rows"]]) == (1, ["f-2", "f-1"])


async def test_a_verdict_is_said_once_and_a_changed_mind_replaces_it(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, finding(1))
    first = (await mei.post(VERDICT, json={"answer": "right"})).json()
    assert (await mei.post(VERDICT, json={"answer": "right"})).json() == first
    second = (await mei.post(VERDICT, json={"answer": "false_alarm"})).json()
    records = app.state.services.records
    assert [one.name for one in MAIL.due(records, 2**50)] == [second["verdict"]]

    await settle(app, result(2, second["verdict"], "no room", done=False))
    [judged] = (await mei.get(f"{HOUSE}/findings")).json()
    assert (judged["verdict"]["state"], judged["verdict"]["detail"]) == ("refused", "no room")
    third = (await mei.post(VERDICT, json={"answer": "false_alarm"})).json()
    assert third["verdict"] != second["verdict"]  # what was refused may be said again


async def test_a_count_by_hand_stands_beside_the_cameras_count(app: FastAPI, mei: httpx.AsyncClient):
    taken = now() - timedelta(seconds=20)
    await settle(app, count(1, 200.0, now()), snapshot(2, taken))
    answer = await mei.post(f"{HOUSE}/cameras/cam-1/count", json={"birds": 212, "about_at": iso(taken)})
    assert (answer.status_code, answer.json()["birds"], answer.json()["state"]) == (202, 212, "pending")
    await settle(app, result(3, answer.json()["verdict"]))
    [camera] = (await mei.get(HOUSE)).json()["counts"]
    assert (camera["by_hand"]["birds"], camera["by_hand"]["state"]) == (212, "done")
    said = verdicts.newest_count(app.state.services.records, PI, "cam-1")
    assert said is not None
    message = message_of(said)
    assert (message.camera, message.answer, message.birds, message.about_at) == ("cam-1", "count", 212, taken)


@pytest.mark.parametrize(
    ("path", "body", "status_code", "code"),
    [
        ("findings/pi-1/f-9/verdict", {"answer": "right"}, 404, "no_such_finding"),
        ("findings/pi-9/f-1/verdict", {"answer": "right"}, 404, "no_such_device"),
        ("findings/pi-1/f-1/verdict", {"answer": "count"}, 422, "bad_request"),
        ("findings/pi-1/f-1/verdict", {"answer": "right", "birds": 3}, 422, "bad_request"),
        ("findings/pi-1/F_1/verdict", {"answer": "right"}, 422, "bad_request"),
        ("cameras/cam-9/count", {"birds": 3, "about_at": NOON}, 404, "no_such_camera"),
        ("cameras/cam-1/count", {"birds": 3, "about_at": NOON, "device": "pi-9"}, 404, "no_such_device"),
        ("cameras/cam-1/count", {"birds": -1, "about_at": NOON}, 422, "birds_out_of_range"),
        ("cameras/cam-1/count", {"birds": 100_001, "about_at": NOON}, 422, "birds_out_of_range"),
        ("cameras/cam-1/count", {"birds": 10**30, "about_at": NOON}, 422, "birds_out_of_range"),
        ("cameras/cam-1/count", {"birds": 2.5, "about_at": NOON}, 422, "bad_request"),
        ("cameras/cam-1/count", {"birds": 3, "about_at": "2026-11-22T04:00:00"}, 422, "bad_request"),
        ("cameras/cam-1/count", {"birds": 3, "about_at": "2999-01-01T00:00:00Z"}, 422, "not_yet_taken"),
        ("cameras/cam-1/count", {"birds": 3}, 422, "bad_request"),
    ],
)  # fmt: skip
async def test_what_can_not_be_said_is_refused_and_not_kept(
    app: FastAPI, mei: httpx.AsyncClient, path: str, body: dict[str, object], status_code: int, code: str
):
    await settle(app, status(), count(1, 30.0), finding(2))
    answer = await mei.post(f"{HOUSE}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status_code, code)
    assert answer.json()["detail"]
    assert MAIL.due(app.state.services.records, 2**50) == []


async def test_a_foreign_page_can_not_judge_for_the_user(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, finding(1))
    answer = await mei.post(VERDICT, json={"answer": "right"}, headers={"origin": "http://evil.test"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_two_devices_with_a_camera_of_one_name_are_told_apart(app: FastAPI, mei: httpx.AsyncClient):
    at = now()
    await settle(app, count(1, 30.0, at))
    other = count(2, 40.0, at).model_copy(update={"device": "pi-2"})
    await settle(app, other, place=PI.model_copy(update={"device": "pi-2"}))
    body: dict[str, object] = {"birds": 3, "about_at": iso(at)}
    answer = await mei.post(f"{HOUSE}/cameras/cam-1/count", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "which_device")
    assert "pi-1, pi-2" in answer.json()["detail"]
    answer = await mei.post(f"{HOUSE}/cameras/cam-1/count", json=body | {"device": "pi-2"})
    assert answer.status_code == 202
    [said] = MAIL.due(app.state.services.records, 2**50)
    assert said.place.device == "pi-2"


async def test_a_camera_that_lacks_only_its_posture_network_counts(app: FastAPI, mei: httpx.AsyncClient):
    lacking = [{"slug": "cam-1", "state": "ok", "cause": "posture_unusable"}]
    await settle(app, count(1, 100.0, now(), "cam-1"), status("online", now(), lacking))
    house = (await mei.get(HOUSE)).json()
    assert house["house_count"]["birds"] == 100
    assert [row["withheld"] for row in house["counts"]] == [""]
    assert [part["cause"] for device in house["devices"] for part in device["parts"]] == ["posture_unusable"]


async def test_the_house_counts_what_its_cameras_share_fresh_and_not_withheld(app: FastAPI, mei: httpx.AsyncClient):
    at = now()
    cameras = [
        count(1, 100.0, at - timedelta(seconds=9), "cam-1", share_birds=90.0, factor=1.1, confidence=0.9),
        count(2, 30.0, at, "cam-2", share_birds=30.0, confidence=0.5, by_zone={"feeder": 12.0}),
        count(3, 55.0, at - FRESH - timedelta(seconds=5), "cam-3"),
        count(4, 70.0, at, "cam-4"),
    ]
    dark = [{"slug": "cam-4", "state": "ok", "cause": "picture_dark"}]
    await settle(app, *cameras, status("online", at, dark))
    house = (await mei.get(HOUSE)).json()
    assert house["house_count"] == {
        "at": iso(at - timedelta(seconds=9)), "birds": 120.0, "low": pytest.approx(98 * 0.9 + 28),
        "high": pytest.approx(102 * 0.9 + 32), "confidence": pytest.approx(0.8), "corrected": True, "cameras": 2,
    }  # fmt: skip
    assert [(row["camera"], row["visible_birds"], row["withheld"]) for row in house["counts"]] == [
        ("cam-1", 100.0, ""), ("cam-2", 30.0, ""), ("cam-3", 55.0, ""), ("cam-4", 70.0, "picture_dark"),
    ]  # fmt: skip
    assert house["counts"][1]["by_zone"] == {"feeder": 12.0}
    series = (await mei.get(f"{HOUSE}/series?quantity=visible_birds&source=cam-2.feeder")).json()
    assert series["mean"] == [12.0]
    assert "." not in (await mei.get(f"{HOUSE}/series?quantity=visible_birds")).json()["source"]

    await settle(app, *(count(seq, 9.0, at - timedelta(hours=1), f"old-{seq}") for seq in (5, 6)))
    assert (await mei.get(HOUSE)).json()["house_count"]["cameras"] == 2


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0.1, 20), st.floats(0, 1)), min_size=1, max_size=5))
def test_a_sum_lies_within_its_span_and_its_confidence_within_those_of_its_cameras(rows: list[tuple[float, ...]]):
    counts = [
        count(1, birds, confidence=sure, factor=factor, share_birds=birds * factor).model_copy(
            update={"visible_low": birds / 2, "visible_high": birds * 2}
        )
        for birds, factor, sure in [(birds + 2, factor, sure) for birds, factor, sure in rows]
    ]
    total = summed(counts)
    assert total is not None
    assert total.low <= total.birds <= total.high
    assert min(row[2] for row in rows) - 1e-9 <= total.confidence <= max(row[2] for row in rows) + 1e-9


async def test_roll_call_and_wellness_are_told(app: FastAPI, mei: httpx.AsyncClient):
    at = now()
    await settle(app, roll_call(1, 31, at), wellness(2, at))
    house = (await mei.get(HOUSE)).json()
    assert house["house_count"] is None
    assert house["roll_calls"] == [
        {
            "device": "pi-1", "at": iso(at), "outside_birds": 31, "flock_birds": 480, "drift_birds": 0,
            "closes_at": iso(at + timedelta(minutes=20)), "alarm": True,
        }
    ]  # fmt: skip
    assert house["wellness"] == [
        {
            "device": "pi-1", "camera": "cam-1", "at": iso(at), "activity_lengths_per_min": 2.5, "spread_ratio": 0.8,
            "huddle_ratio": 0.1, "still_birds": 1,
        }
    ]  # fmt: skip


class TestSendingAgain:
    def said(self, verdict: str = "v-1", at_ms: int = 0) -> Said:
        return Said(PI, verdict, "cam-1", f"f-{verdict}", 0, "right", None, at_ms, "mei")

    def test_the_distance_grows_and_a_device_that_connects_is_told_at_once(self, records: Records):
        verdicts.say(records, self.said())
        times, now_ms = [], 0
        while len(times) < 12:
            due = MAIL.due(records, now_ms)
            if due:
                times.append(now_ms)
                MAIL.sent(records, due, now_ms)
            now_ms += 1_000
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert gaps[:3] == [15_000, 30_000, 60_000]
        assert gaps[-1] == LAST_AGAIN_MS
        assert MAIL.due(records, now_ms) == []
        MAIL.hurry(records, {PI.model_copy(update={"device": "pi-2"})}, now_ms)
        assert MAIL.due(records, now_ms) == []
        MAIL.hurry(records, {PI}, now_ms)
        assert [one.name for one in MAIL.due(records, now_ms)] == ["v-1"]

    def test_after_two_weeks_it_is_given_up_and_may_be_said_again(self, records: Records):
        verdicts.say(records, self.said())
        MAIL.give_up(records, GIVE_UP_MS)
        assert len(MAIL.due(records, GIVE_UP_MS)) == 1
        MAIL.give_up(records, GIVE_UP_MS + 1)
        assert MAIL.due(records, GIVE_UP_MS + 1) == []
        assert verdicts.of_findings(records, PI.farm, PI.house, ["f-v-1"])["pi-1", "f-v-1"].state == "unanswered"
        with records.writing() as connection:  # the device was only very slow
            assert MAIL.answered(connection, PI, result(1, "v-1"))

    def test_the_oldest_are_sent_first_and_never_too_many_at_once(self, records: Records):
        for number in range(SEND_ROWS + 1):
            verdicts.say(records, self.said(f"v-{number}", at_ms=number))
        due = MAIL.due(records, 2**50)
        assert [one.name for one in due] == [f"v-{number}" for number in range(SEND_ROWS)]
