"""Flocks and the daily log over ASGI, with real stores: written once, corrected openly, refused with a reason."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.guard import PHOTO_MAX_BYTES
from cloud.store import houses
from tests.cloud.conftest import settle
from tests.cloud.sending import JPEG, snapshot, weight

HOUSE = "/api/v1/houses/hill/house-2"
OTHER = "/api/v1/houses/hill/house-3"
AT = "2026-11-22T04:00:00.000Z"


@pytest.fixture
def today(app: FastAPI) -> date:
    return datetime.now(app.state.services.config.zone).date()


@pytest.fixture
async def placed(app: FastAPI, mei: httpx.AsyncClient, today: date) -> httpx.AsyncClient:
    """Mei, with 500 birds of 20 days in house-2 and an empty house-3 beside it."""

    def both() -> None:
        with app.state.services.records.writing() as connection:
            houses.seen(connection, [("hill", "house-2"), ("hill", "house-3")], 0)

    await asyncio.to_thread(both)
    answer = await mei.put(f"{HOUSE}/flocks/f-1", json=placing(today - timedelta(days=20)))
    assert answer.status_code == 201, answer.text
    return mei


def placing(placed_on: date, **more: Any) -> dict[str, Any]:
    told = {"breed": "ross-308", "sex": "mixed", "hatchery": "Aviagen", "placed_birds": 510, "dead_on_arrival": 10}
    return {**told, "placed_on": str(placed_on), **more}


def told(kind: str, day: date, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "day": str(day), "at": AT, **more}


async def write(client: httpx.AsyncClient, entry: str, kind: str, day: date, **more: Any) -> httpx.Response:
    return await client.put(f"{HOUSE}/log/{entry}", json=told(kind, day, **more))


async def tell(client: httpx.AsyncClient, event: str, kind: str, day: date, **more: Any) -> httpx.Response:
    return await client.put(f"{HOUSE}/flocks/f-1/events/{event}", json=told(kind, day, **more))


async def stock(client: httpx.AsyncClient, house: str = HOUSE) -> dict[str, Any]:
    return dict((await client.get(house)).json()["stock"])


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


class TestLog:
    async def test_a_day_on_the_phone_is_the_stock_on_the_page(self, placed: httpx.AsyncClient, today: date):
        yesterday = today - timedelta(days=1)
        assert (await write(placed, "e-1", "mortality", yesterday, birds=3, cause="heat")).status_code == 201
        assert (await write(placed, "e-2", "mortality", today, birds=2)).status_code == 201
        assert (await write(placed, "e-3", "culls", today, birds=1, cause="lame")).status_code == 201
        assert (await write(placed, "e-4", "feed-delivered", today, kilograms=2000.0)).status_code == 201
        assert (await write(placed, "e-5", "feed-eaten", today, kilograms=50.0)).status_code == 201
        assert (await write(placed, "e-6", "water", today, litres=90.0)).status_code == 201
        assert (await write(placed, "e-7", "note", today, note="a drinker drips")).status_code == 201
        now = await stock(placed)
        assert (now["birds"], now["came"], now["dead"], now["culled"]) == (494, 500, 5, 1)
        assert now["losses_percent"] == pytest.approx(1.2)
        assert now["livability_percent"] == pytest.approx(98.8)
        assert (now["untold_days"], now["today"]["entries"]) == (19, 6)
        assert (now["yesterday"]["dead"], now["yesterday"]["feed_eaten_kg"]) == (3, None)
        assert now["today"] == {
            "day": str(today), "age_days": 20, "opening": 497, "came": 0, "dead": 2, "culled": 1, "thinned": 0,
            "harvested": 0, "left": 0, "closing": 494, "losses_percent": pytest.approx(100 * 3 / 497),
            "feed_delivered_kg": 2000.0, "feed_eaten_kg": 50.0, "water_litres": 90.0,
            "water_per_feed": pytest.approx(1.8), "entries": 6,
        }  # fmt: skip
        history = (await placed.get(f"{HOUSE}/stock")).json()
        assert (history["flock"], len(history["days"]), history["days"][-1]) == ("f-1", 21, now["today"])

    async def test_the_same_again_is_kept_once_and_other_content_is_refused(
        self, placed: httpx.AsyncClient, today: date
    ):
        first = await write(placed, "e-1", "mortality", today, birds=3)
        again = await write(placed, "e-1", "mortality", today, birds=3)
        assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
        assert (await stock(placed))["dead"] == 3
        other = await write(placed, "e-1", "mortality", today, birds=4)
        assert code(other) == (409, "id_taken")
        assert "replaces" in other.json()["detail"]
        assert (await stock(placed))["dead"] == 3

    async def test_at_the_same_time_from_two_phones_it_is_still_kept_once(self, placed: httpx.AsyncClient, today: date):
        answers = await asyncio.gather(*(write(placed, "e-1", "culls", today, birds=2) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert (await stock(placed))["culled"] == 2

    async def test_a_correction_is_a_new_entry_and_both_can_be_read(self, placed: httpx.AsyncClient, today: date):
        await write(placed, "e-1", "mortality", today, birds=30)
        assert (await write(placed, "e-2", "mortality", today, birds=3, replaces="e-1")).status_code == 201
        assert (await stock(placed))["dead"] == 3
        [day] = (await placed.get(f"{HOUSE}/log")).json()["days"]
        assert [(one["entry"], one["birds"], one["replaces"]) for one in day["entries"]] == [("e-2", 3, "e-1")]
        [day] = (await placed.get(f"{HOUSE}/log", params={"replaced": True})).json()["days"]
        assert [(one["entry"], one["birds"], one["replaced_by"], one["by"]) for one in day["entries"]] == [
            ("e-1", 30, "e-2", "mei"),
            ("e-2", 3, None, "mei"),
        ]
        late = await write(placed, "e-3", "mortality", today, birds=4, replaces="e-1")
        assert code(late) == (412, "corrected_meanwhile")
        assert code(await write(placed, "e-4", "culls", today, birds=4, replaces="e-2")) == (422, "other_kind")
        assert code(await write(placed, "e-5", "culls", today, birds=4, replaces="e-9")) == (404, "no_such_entry")

    async def test_what_is_taken_back_counts_no_more_but_stays(self, placed: httpx.AsyncClient, today: date):
        await write(placed, "e-1", "mortality", today, birds=30)
        first = await placed.delete(f"{HOUSE}/log/e-1")
        assert (first.status_code, first.json()["withdrawn"]) == (200, True)
        assert (await placed.delete(f"{HOUSE}/log/e-1")).json() == first.json()
        assert (await stock(placed))["dead"] == 0
        assert (await stock(placed))["today"]["dead"] is None
        assert (await placed.get(f"{HOUSE}/log")).json() == {"days": [], "next": None}
        [day] = (await placed.get(f"{HOUSE}/log", params={"replaced": True})).json()["days"]
        assert [(one["entry"], one["withdrawn"]) for one in day["entries"]] == [("e-1", True)]
        assert code(await placed.delete(f"{HOUSE}/log/e-9")) == (404, "no_such_entry")
        again = await write(placed, "e-1", "mortality", today, birds=30)
        assert (again.status_code, again.json()["withdrawn"]) == (200, True)

    async def test_the_log_is_read_in_pages_of_days(self, placed: httpx.AsyncClient, today: date):
        for back in (0, 1, 5, 9):
            await write(placed, f"e-{back}", "mortality", today - timedelta(days=back), birds=0)
        page = (await placed.get(f"{HOUSE}/log", params={"limit": 3})).json()
        assert [day["age_days"] for day in page["days"]] == [20, 19, 15]
        rest = (await placed.get(f"{HOUSE}/log", params={"limit": 3, "cursor": page["next"]})).json()
        assert ([day["age_days"] for day in rest["days"]], rest["next"]) == ([11], None)

    @pytest.mark.parametrize(
        ("kind", "back", "more", "refusal"),
        [
            ("mortality", 0, {"birds": 501}, "more_gone_than_there"),
            ("culls", 20, {"birds": 501}, "more_gone_than_there"),
            ("mortality", -1, {"birds": 1}, "day_not_come"),
            ("mortality", 21, {"birds": 1}, "before_placement"),
            ("water", 21, {"litres": 1.0}, "before_placement"),
            ("feed-eaten", 0, {"kilograms": 1501.0}, "feed_beyond_eating"),
            ("water", 0, {"litres": 5001.0}, "water_beyond_drinking"),
            ("note", 1_001, {"note": "long ago"}, "day_long_ago"),
            ("medication", 0, {"name": "x", "until": "2001-01-01"}, "treatment_days"),
            ("mortality", 0, {"birds": -1}, "bad_request"),
            ("mortality", 0, {"birds": 1.5}, "bad_request"),
            ("mortality", 0, {}, "bad_request"),
            ("mortality", 0, {"birds": 1, "litres": 2.0}, "bad_request"),
            ("medication", 0, {"name": " "}, "bad_request"),
            ("note", 0, {"note": "a\x00b"}, "bad_request"),
            ("feast", 0, {}, "bad_request"),
        ],
    )
    async def test_what_can_not_be_is_refused_with_a_sentence_and_not_kept(
        self, placed: httpx.AsyncClient, today: date, kind: str, back: int, more: dict[str, Any], refusal: str
    ):
        answer = await write(placed, "e-1", kind, today - timedelta(days=back), **more)
        assert code(answer) == (422, refusal)
        assert answer.json()["detail"]
        assert (await placed.get(f"{HOUSE}/log")).json()["days"] == []

    async def test_no_later_day_may_end_with_fewer_than_none(self, placed: httpx.AsyncClient, today: date):
        await tell(placed, "v-1", "harvested", today, birds=490)
        refused = await write(placed, "e-1", "mortality", today - timedelta(days=3), birds=11)
        assert code(refused) == (422, "more_gone_than_there")
        assert "only 10 are left" in refused.json()["detail"]
        zh = {"accept-language": "zh-CN"}
        body = told("mortality", today - timedelta(days=3), birds=11)
        assert "只剩 10 只" in (await placed.put(f"{HOUSE}/log/e-1", json=body, headers=zh)).json()["detail"]
        assert (await write(placed, "e-1", "mortality", today - timedelta(days=3), birds=10)).status_code == 201

    async def test_feed_and_notes_need_no_flock_but_deaths_do(self, app: FastAPI, mei: httpx.AsyncClient, today: date):
        await settle(app, snapshot(1))
        assert (await write(mei, "e-1", "feed-delivered", today, kilograms=900.0)).status_code == 201
        assert (await write(mei, "e-2", "note", today, note="washed")).status_code == 201
        assert code(await write(mei, "e-3", "mortality", today, birds=1)) == (422, "no_flock")
        assert (await mei.get(HOUSE)).json()["stock"] is None
        assert (await mei.get(f"{HOUSE}/stock")).json() == {"time_zone": "Asia/Shanghai", "flock": None, "days": []}
        unheard = await mei.put(f"{OTHER}/log/e-1", json=told("note", today))
        assert code(unheard) == (404, "no_such_house")

    async def test_numbers_that_are_none_are_refused(self, placed: httpx.AsyncClient, today: date):
        for litres in ("NaN", "Infinity", "1e999"):
            body = json.dumps(told("water", today, litres="X")).replace('"X"', litres)
            answer = await placed.put(f"{HOUSE}/log/e-1", content=body, headers={"content-type": "application/json"})
            assert code(answer) == (422, "bad_request")


class TestPhoto:
    async def send(self, client: httpx.AsyncClient, entry: str, jpeg: bytes) -> httpx.Response:
        address = f"{HOUSE}/log/{entry}/photo"
        return await client.put(address, content=jpeg, headers={"content-type": "image/jpeg"})

    async def test_a_photo_comes_after_its_entry_once(self, placed: httpx.AsyncClient, today: date):
        entry = (await write(placed, "e-1", "note", today)).json()
        assert entry["photo"] is None
        first = await self.send(placed, "e-1", JPEG)
        assert (first.status_code, first.json()) == (200, {**entry, "photo": f"{HOUSE}/log/e-1/photo.jpg"})
        assert (await self.send(placed, "e-1", JPEG)).json() == first.json()
        assert code(await self.send(placed, "e-1", JPEG[:-2] + b"\x00\xff\xd9")) == (409, "photo_taken")
        picture = await placed.get(first.json()["photo"])
        assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
        assert "immutable" in picture.headers["cache-control"]

    async def test_a_correction_keeps_the_photo(self, placed: httpx.AsyncClient, today: date):
        await write(placed, "e-1", "mortality", today, birds=3)
        await self.send(placed, "e-1", JPEG)
        corrected = (await write(placed, "e-2", "mortality", today, birds=2, replaces="e-1")).json()
        assert (await placed.get(corrected["photo"])).content == JPEG

    async def test_what_is_no_photo_is_refused(self, placed: httpx.AsyncClient, today: date):
        assert code(await self.send(placed, "e-1", JPEG)) == (404, "no_such_entry")
        await write(placed, "e-1", "note", today)
        assert code(await self.send(placed, "e-1", b"<svg onload=alert(1)>")) == (422, "no_jpeg")
        assert code(await self.send(placed, "e-1", b"\xff" * (PHOTO_MAX_BYTES + 1))) == (413, "too_large")
        assert (await placed.get(f"{HOUSE}/log/e-1/photo.jpg")).status_code == 404


class TestFlocks:
    async def test_placing_is_idempotent_and_a_correction_names_the_version(
        self, placed: httpx.AsyncClient, today: date
    ):
        address, body = f"{HOUSE}/flocks/f-1", placing(today - timedelta(days=20))
        again = await placed.put(address, json=body)
        assert (again.status_code, again.headers["etag"], again.json()["birds"]) == (200, '"1"', 500)
        assert code(await placed.put(address, json={**body, "placed_birds": 520})) == (409, "id_taken")
        corrected = await placed.put(address, json={**body, "placed_birds": 520}, headers={"If-Match": '"1"'})
        assert (corrected.status_code, corrected.headers["etag"], corrected.json()["birds"]) == (200, '"2"', 510)
        late = await placed.put(address, json={**body, "placed_birds": 530}, headers={"If-Match": '"1"'})
        assert code(late) == (412, "corrected_meanwhile")
        odd = await placed.put(address, json=body, headers={"If-Match": "*"})
        assert code(odd) == (412, "corrected_meanwhile")
        unheard = await placed.put(f"{HOUSE}/flocks/f-9", json=body, headers={"If-Match": '"1"'})
        assert code(unheard) == (404, "no_such_flock")
        [record] = (await placed.get(f"{HOUSE}/flocks")).json()
        assert (record["version"], record["placed_birds"], record["hatchery"]) == (2, 520, "Aviagen")

    async def test_a_correction_may_not_contradict_the_log(self, placed: httpx.AsyncClient, today: date):
        await write(placed, "e-1", "mortality", today - timedelta(days=19), birds=30)
        body = placing(today - timedelta(days=18))
        answer = await placed.put(f"{HOUSE}/flocks/f-1", json=body, headers={"If-Match": '"1"'})
        assert code(answer) == (422, "log_does_not_fit")
        body = placing(today - timedelta(days=20), placed_birds=39)
        answer = await placed.put(f"{HOUSE}/flocks/f-1", json=body, headers={"If-Match": '"1"'})
        assert code(answer) == (422, "below_zero")

    async def test_thinned_harvested_and_closed(self, placed: httpx.AsyncClient, today: date):
        assert (await tell(placed, "v-1", "thinned", today - timedelta(days=2), birds=100)).status_code == 201
        sold = {"birds": 395, "kilograms": 987.5, "note": "Mr Chen"}
        assert (await tell(placed, "v-2", "harvested", today, **sold)).status_code == 201
        again = await tell(placed, "v-2", "harvested", today, **sold)
        assert (again.status_code, again.json()["birds"]) == (200, 5)
        assert code(await tell(placed, "v-3", "harvested", today, birds=6)) == (422, "more_gone_than_there")
        assert code(await tell(placed, "v-3", "closed", today - timedelta(days=1))) == (422, "closed_too_early")
        closed = (await tell(placed, "v-3", "closed", today)).json()
        assert (closed["closed_on"], closed["harvested_kg"], closed["thinned"]) == (str(today), 987.5, 100)
        assert [event["kind"] for event in closed["events"]] == ["thinned", "harvested", "closed"]
        house = (await placed.get(HOUSE)).json()
        assert (house["flock"], house["stock"]) == (None, None)
        assert (await write(placed, "e-1", "mortality", today, birds=5)).status_code == 201  # it is its last day
        assert code(await tell(placed, "v-4", "closed", today)) == (409, "flock_closed")
        assert (await placed.delete(f"{HOUSE}/flocks/f-1/events/v-3")).json()["closed_on"] is None
        assert (await stock(placed))["birds"] == 0

    async def test_a_correction_of_an_event_and_taking_it_back(self, placed: httpx.AsyncClient, today: date):
        await tell(placed, "v-1", "harvested", today, birds=400, kilograms=1000.0)
        corrected = await tell(placed, "v-2", "harvested", today, birds=490, kilograms=1000.0, replaces="v-1")
        assert corrected.json()["birds"] == 10
        assert code(await tell(placed, "v-3", "harvested", today, birds=1, replaces="v-1")) == (
            412,
            "corrected_meanwhile",
        )
        assert code(await tell(placed, "v-3", "thinned", today, birds=1, replaces="v-2")) == (422, "other_kind")
        assert code(await tell(placed, "v-2", "harvested", today, birds=1)) == (409, "id_taken")
        for _ in range(2):
            back = await placed.delete(f"{HOUSE}/flocks/f-1/events/v-2")
            assert (back.status_code, back.json()["birds"], back.json()["events"]) == (200, 500, [])
        assert code(await placed.delete(f"{HOUSE}/flocks/f-1/events/v-1")) == (412, "corrected_meanwhile")
        assert code(await placed.delete(f"{HOUSE}/flocks/f-1/events/v-9")) == (404, "no_such_event")

    async def test_birds_move_and_their_age_goes_with_them(self, placed: httpx.AsyncClient, today: date):
        moved = today - timedelta(days=2)
        await write(placed, "e-1", "mortality", moved, birds=20)
        await tell(placed, "v-1", "transferred", moved, birds=180, to_house="house-3")
        here, there = (await placed.get(HOUSE)).json(), (await placed.get(OTHER)).json()
        assert (here["stock"]["birds"], here["stock"]["left"]) == (300, 180)
        assert (there["stock"]["birds"], there["stock"]["came"]) == (180, 180)
        assert (there["flock"]["flock"], there["flock"]["age_days"]) == ("f-1", 20)
        answer = await placed.put(f"{OTHER}/log/e-1", json=told("mortality", today, birds=10))
        assert answer.status_code == 201
        assert code(await placed.put(f"{OTHER}/log/e-2", json=told("culls", today - timedelta(days=3), birds=1))) == (
            422,
            "before_placement",
        )
        [record] = (await placed.get(f"{OTHER}/flocks")).json()
        assert (record["birds"], record["dead"], record["losses_percent"]) == (470, 30, 6.0)
        # the move can't be taken back any more: the other house would have lost birds it never had
        assert code(await placed.delete(f"{HOUSE}/flocks/f-1/events/v-1")) == (422, "log_does_not_fit")
        await tell(placed, "v-2", "transferred", today, birds=300, to_house="house-3")
        here, there = (await placed.get(HOUSE)).json(), (await placed.get(OTHER)).json()
        assert (here["flock"], here["stock"], there["stock"]["birds"]) == (None, None, 470)

    async def test_a_house_holds_one_flock_at_a_time(self, placed: httpx.AsyncClient, today: date):
        second = placing(today - timedelta(days=5))
        assert code(await placed.put(f"{HOUSE}/flocks/f-2", json=second)) == (409, "house_occupied")
        await placed.put(f"{OTHER}/flocks/f-2", json=second)
        full = await tell(placed, "v-1", "transferred", today, birds=5, to_house="house-3")
        assert code(full) == (409, "house_occupied")
        planned = await placed.put(f"{HOUSE}/flocks/f-3", json=placing(today + timedelta(days=30)))
        assert planned.status_code == 201
        assert (await placed.get(HOUSE)).json()["flock"]["flock"] == "f-1"
        wrong = await placed.put(
            f"{OTHER}/flocks/f-1", json=placing(today - timedelta(days=20)), headers={"If-Match": '"1"'}
        )
        assert code(wrong) == (409, "placed_elsewhere")

    @pytest.mark.parametrize(
        ("kind", "more", "refusal"),
        [
            ("transferred", {"birds": 5, "to_house": "house-2"}, (422, "same_house")),
            ("transferred", {"birds": 5, "to_house": "house-9"}, (404, "no_such_house")),
            ("harvested", {"birds": 100, "kilograms": 1.0}, (422, "bird_weight_impossible")),
            ("harvested", {"birds": 0}, (422, "bad_request")),
            ("harvested", {"birds": 5, "day": "2999-01-01"}, (422, "day_not_come")),
            ("harvested", {"birds": 5, "day": "2020-01-01"}, (422, "day_long_ago")),
            ("closed", {"birds": 5}, (422, "bad_request")),
        ],
    )
    async def test_events_that_can_not_be_are_refused(
        self, placed: httpx.AsyncClient, today: date, kind: str, more: dict[str, Any], refusal: tuple[int, str]
    ):
        body = {**told(kind, today), **more}
        assert code(await placed.put(f"{HOUSE}/flocks/f-1/events/v-1", json=body)) == refusal
        assert code(await placed.put(f"{HOUSE}/flocks/f-9/events/v-1", json=told("closed", today))) == (
            404,
            "no_such_flock",
        )

    async def test_a_harvest_inside_a_withdrawal_time_needs_a_word(self, placed: httpx.AsyncClient, today: date):
        treated = today - timedelta(days=3)
        await write(placed, "e-1", "medication", treated, name="Amoxicillin", dose="20 mg/kg", withdrawal_days=4)
        await write(placed, "e-2", "medication", treated, name="Herbs")
        now = (await stock(placed))["withdrawal"]
        free = treated + timedelta(days=5)
        assert now == {"free_from": str(free), "running": ["Amoxicillin"], "not_known": ["Herbs"]}
        refused = await tell(placed, "v-1", "harvested", today, birds=100)
        assert code(refused) == (422, "inside_withdrawal")
        assert f"Amoxicillin still runs on {today}: the birds are free from {free}" in refused.json()["detail"]
        assert (await tell(placed, "v-1", "transferred", today, birds=100, to_house="house-3")).status_code == 201
        # the treatment goes with the birds
        inside = await placed.put(f"{OTHER}/flocks/f-1/events/v-2", json=told("thinned", today, birds=10))
        assert code(inside) == (422, "inside_withdrawal")
        all_the_same = await tell(placed, "v-2", "harvested", today, birds=100, despite_withdrawal=True)
        assert all_the_same.json()["events"][-1]["despite_withdrawal"] is True

    async def test_the_density_is_known_once_floor_and_weight_are(self, app: FastAPI, placed: httpx.AsyncClient):
        now = await stock(placed)
        assert (now["floor_m2"], now["birds_per_m2"], now["kilograms_per_m2"]) == (None, None, None)
        assert (await placed.put(f"{HOUSE}/floor", json={"floor_m2": 50.0})).json() == {"floor_m2": 50.0}
        now = await stock(placed)
        assert (now["birds_per_m2"], now["kilograms_per_m2"]) == (10.0, None)
        now = datetime.now(UTC)
        await settle(app, weight(1, 900.0, now), weight(2, 1100.0, now + timedelta(milliseconds=1)))
        assert (await stock(placed))["kilograms_per_m2"] == pytest.approx(10.0)
        assert code(await placed.put(f"{HOUSE}/floor", json={"floor_m2": 0})) == (422, "bad_request")


async def test_open_pages_hear_of_it(app: FastAPI, placed: httpx.AsyncClient, today: date):
    services = app.state.services
    with services.hub.attach("hill", "house-2") as here, services.hub.attach("hill", "house-3") as there:
        await write(placed, "e-1", "mortality", today, birds=7)
        deadline = asyncio.get_running_loop().time() + 90
        _, patch = await here.next_before(deadline)
        assert (patch.stock.birds, patch.model_fields_set) == (493, {"now", "stock"})
        await tell(placed, "v-1", "transferred", today, birds=100, to_house="house-3")
        assert (await here.next_before(deadline)).patch.stock.birds == 393
        assert (await there.next_before(deadline)).patch.stock.birds == 100
