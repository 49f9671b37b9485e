"""Reports over ASGI with real stores: who may, in which language, as which file, by e-mail."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from tests.cloud.whole_flock import PLACED_ON, Where, fill

FLOCK = "/api/v1/farms/hill/flocks/f-1"
LAST = str(PLACED_ON + timedelta(days=34))


@pytest.fixture
async def two(app: FastAPI, mei: httpx.AsyncClient) -> httpx.AsyncClient:
    """Mei, with a flock of 35 days on each of two farms."""

    def both() -> None:
        services: Services = app.state.services
        fill(services.records, services.series, Where(), days=35, every_s=3600)
        fill(services.records, services.series, Where("valley", "house-1", "v-1"), days=35, every_s=3600, factor=0.9)

    await asyncio.to_thread(both)
    return mei


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def figures(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for group in answer["groups"] for one in group["figures"]}


async def test_a_report_as_an_answer(two: httpx.AsyncClient):
    answer = await two.get(f"{FLOCK}/report", params={"last": LAST})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    weight = figures(told)["weight"]
    assert weight["value"] == pytest.approx(2205, rel=0.05)
    assert weight["low"] < weight["value"] < weight["high"]
    assert weight["formula"]
    assert told["tables"][0]["key"] == "days"
    assert len(told["tables"][0]["rows"]) == 35
    assert {chart["table"] for chart in told["charts"]} <= {table["key"] for table in told["tables"]}


async def test_the_language_and_units_that_are_asked_for(two: httpx.AsyncClient):
    asked = {"last": LAST, "units": "jin", "kind": "day"}
    told = (await two.get(f"{FLOCK}/report", params=asked, headers={"Accept-Language": "zh-CN"})).json()
    assert (told["language"], told["title"]) == ("zh", "日报")
    assert figures(told)["weight"]["unit"] == "斤"
    told = (
        await two.get(f"{FLOCK}/report", params={**asked, "language": "en"}, headers={"Accept-Language": "zh"})
    ).json()
    assert told["title"] == "Daily report"


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", b"day,age_days"), ("parquet", b"PAR1")]
)
async def test_a_report_as_a_file(two: httpx.AsyncClient, form: str, begins: bytes):
    answer = await two.get(f"{FLOCK}/report.{form}", params={"last": LAST, "kind": "week"})
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begins)
    assert f"henwise-week-f-1-{LAST}" in answer.headers["content-disposition"]


async def test_a_comparison_over_farms(two: httpx.AsyncClient):
    named = [("flock", "hill/f-1"), ("flock", "valley/v-1"), ("last", LAST)]
    told = (await two.get("/api/v1/comparison", params=named)).json()
    assert [group["name"] for group in told["groups"]] == ["hill · f-1", "valley · v-1"]
    assert (await two.get("/api/v1/comparison.pdf", params=named)).content.startswith(b"%PDF-")
    same = await two.get("/api/v1/comparison", params=[("flock", "hill/f-1"), ("flock", "hill/f-1")])
    assert code(same) == (422, "bad_request")
    strange = await two.get("/api/v1/comparison", params=[("flock", "hill/f-1"), ("flock", "nowhere/f-1")])
    assert code(strange) == (404, "no_such_farm")


async def test_what_is_not_there_is_refused(two: httpx.AsyncClient):
    assert code(await two.get("/api/v1/farms/hill/flocks/nobody/report")) == (404, "no_such_flock")
    early = await two.get(f"{FLOCK}/report", params={"last": "2026-01-01"})
    assert code(early) == (404, "before_placement")
    for address in (f"{FLOCK}/report", f"{FLOCK}/report.csv"):
        assert code(await two.get(address, params={"last": "9999-12-31"})) == (404, "day_not_come")
    table = await two.get(f"{FLOCK}/report.csv", params={"last": LAST, "table": "nothing"})
    assert code(table) == (404, "no_such_table")


async def test_flocks_of_a_farm_are_listed(two: httpx.AsyncClient):
    listed = (await two.get("/api/v1/farms/hill/flocks")).json()
    assert [(one["flock"], one["house"], one["breed"]) for one in listed] == [("f-1", "house-2", "ross-308")]
    assert listed[0]["birds"] > 7000


class TestCurves:
    async def test_an_own_curve_takes_the_breeder_s_place(self, two: httpx.AsyncClient):
        table = "age_days,grams\n0,40\n28,1500\n56,4000\n"
        kept = await two.put("/api/v1/farms/hill/curves/ross-308", json={"csv": table, "source": "ours"})
        assert kept.status_code == 200, kept.text
        told = (await two.get(f"{FLOCK}/report", params={"last": LAST})).json()
        assert figures(told)["weight"]["target"] == pytest.approx(1500 + 2500 * 6 / 28)
        assert ["Curve", "ours"] in told["about"]
        listed = (await two.get("/api/v1/farms/hill/curves")).json()
        assert [one["own"] for one in listed if one["breed"] == "ross-308"] == [True]
        assert (await two.delete("/api/v1/farms/hill/curves/ross-308")).status_code == 204
        assert code(await two.delete("/api/v1/farms/hill/curves/ross-308")) == (404, "no_such_curve")

    async def test_a_flock_is_held_against_the_curve_that_is_chosen_for_it(self, two: httpx.AsyncClient):
        table = "日龄;体重\n0;40\n28;1500\n56;4000\n"
        seen = await two.post("/api/v1/farms/hill/curves/preview", json={"csv": table})
        assert seen.json()[1] == {"age_days": 28, "grams": 1500}
        listed = (await two.get("/api/v1/farms/hill/curves")).json()
        assert not any(one["own"] for one in listed)
        await two.put("/api/v1/farms/hill/curves/slow", json={"csv": table, "source": "ours"})
        [flock] = (await two.get("/api/v1/houses/hill/house-2/flocks")).json()
        address = "/api/v1/houses/hill/house-2/flocks/f-1"
        told = {key: flock[key] for key in ("breed", "sex", "hatchery", "placed_on", "placed_birds", "dead_on_arrival")}
        version = {"If-Match": f'"{flock["version"]}"'}
        unknown = await two.put(address, json={**told, "curve": "nothing"}, headers=version)
        assert code(unknown) == (404, "no_such_curve")
        chosen = await two.put(address, json={**told, "curve": "slow"}, headers=version)
        assert (chosen.status_code, chosen.json()["curve"]) == (200, "slow")

        history = (await two.get("/api/v1/houses/hill/house-2/weights?flock=f-1")).json()
        assert (history["breed"], history["curve_of"], history["curve_own"]) == ("ross-308", "slow", True)
        assert [one["age_days"] for one in history["curve"]] == list(range(57))
        [day] = [one for one in history["days"] if one["age_days"] == 14]
        assert day["target_grams"] == pytest.approx(770)
        report = (await two.get(f"{FLOCK}/report", params={"last": LAST})).json()
        assert ["Curve", "ours"] in report["about"]

        assert (await two.delete("/api/v1/farms/hill/curves/slow")).status_code == 204
        history = (await two.get("/api/v1/houses/hill/house-2/weights?flock=f-1")).json()
        assert (history["curve_of"], history["curve_own"]) == ("ross-308", False)

    async def test_a_curve_is_fitted_to_flocks_and_kept(self, two: httpx.AsyncClient):
        fitted = await two.post("/api/v1/farms/hill/curves/fit", json={"flocks": ["f-1"], "kind": "gompertz"})
        assert fitted.status_code == 200, fitted.text
        found = fitted.json()
        assert found["weights"] == 35
        assert found["residual_percent"] < 8
        kept = await two.put("/api/v1/farms/hill/curves/my-breed", json={"formula": found["formula"]})
        assert kept.json()["points"][28]["grams"] == pytest.approx(1600, rel=0.1)

    async def test_a_mistake_names_its_line(self, two: httpx.AsyncClient):
        bad = await two.put("/api/v1/farms/hill/curves/x", json={"csv": "0,40\n7,abc\n"})
        assert code(bad) == (422, "bad_curve")
        assert "Line 2" in bad.json()["detail"]
        zh = {"Accept-Language": "zh"}
        bad = await two.post("/api/v1/farms/hill/curves/preview", json={"csv": "0,40\n7,abc\n"}, headers=zh)
        assert (code(bad), bad.json()["detail"]) == ((422, "bad_curve"), "第 2 行：“abc”不是数字。")
        both = await two.put("/api/v1/farms/hill/curves/x", json={})
        assert code(both) == (422, "bad_request")


class TestMoney:
    async def test_prices_make_a_margin(self, two: httpx.AsyncClient):
        before = (await two.get(f"{FLOCK}/report", params={"last": LAST})).json()
        assert "margin" not in figures(before)
        told = {"currency": "CNY", "chick": 3.0, "feed_kg": 3.5, "live_kg": 9.0, "target_grams": 2500}
        assert (await two.put("/api/v1/farms/hill/prices", json=told)).status_code == 200
        found = figures((await two.get(f"{FLOCK}/report", params={"last": LAST})).json())
        assert found["margin"]["unit"] == "CNY"
        assert found["margin"]["value"] is not None
        assert 36 <= found["target_age"]["value"] <= 39
        assert (await two.get("/api/v1/farms/hill/prices")).json()["prices"]["target_grams"] == 2500

    async def test_the_calculator_claims_nothing(self, two: httpx.AsyncClient):
        parts = (await two.get("/api/v1/equipment", headers={"Accept-Language": "zh"})).json()["parts"]
        assert "树莓派" in parts[0]["name"]
        told = [{key: one[key] for key in ("name", "count", "price")} for one in parts]
        answer = (await two.post("/api/v1/equipment", json={"parts": told})).json()
        assert answer["ours"]["value"] > 0
        assert answer["cheaper_percent"] == {"value": None, "missing": "no price was entered"}


class TestMail:
    async def test_without_a_mailbox_the_way_is_told(self, two: httpx.AsyncClient):
        refused = await two.post(f"{FLOCK}/report/mail", json={"last": LAST})
        assert code(refused) == (422, "no_mailbox")

    async def test_a_schedule_of_one_s_own(self, two: httpx.AsyncClient):
        box = await two.post(
            "/api/v1/me/channels", json={"address": "mailto://u:p@example.org?to=mei@example.org", "label": "mail"}
        )
        assert box.status_code == 201, box.text
        told = {"kind": "week", "weekday": 0, "minute": 420, "formats": ["pdf", "xlsx"]}
        kept = await two.put("/api/v1/farms/hill/report-schedules/weekly", json=told)
        assert kept.status_code == 200, kept.text
        assert [one["id"] for one in (await two.get("/api/v1/me/report-schedules")).json()] == ["weekly"]
        wrong = await two.put("/api/v1/farms/hill/report-schedules/x", json={**told, "weekday": None})
        assert code(wrong) == (422, "bad_request")
        assert (await two.delete("/api/v1/me/report-schedules/weekly")).status_code == 204
        assert code(await two.delete("/api/v1/me/report-schedules/weekly")) == (404, "no_such_schedule")
