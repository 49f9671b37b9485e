"""What a device does not believe is kept as stretches, with the hour before it was found out."""

from datetime import datetime, timedelta
from typing import get_args

import httpx
import pytest
from fastapi import FastAPI

from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import doubtful
from cloud.store.doubtful import APART_MOST_MS
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.records import Records
from contract.messages import Doubt, Readings, encode
from tests.cloud.conftest import settle
from tests.cloud.sending import NOON, PI, readings, topic_of

HOUR_MS = 3_600_000
NOON_MS = int(NOON.timestamp() * 1000)


def marked(seq: int, at: datetime, why: Doubt | None = "stuck") -> Readings:
    plain = readings(seq, at, temperature_celsius=27.0)
    return plain.model_copy(update={"doubts": {"temperature_celsius": why} if why else {}})


def minutes(*stamps: int, why: Doubt = "stuck") -> list[Readings]:
    return [marked(seq, NOON + timedelta(minutes=minute), why) for seq, minute in enumerate(stamps, 1)]


@pytest.mark.parametrize(
    "batches",
    [
        [[0, 1, 2, 30]],
        [[0], [1], [2], [30]],
        [[30], [2], [0, 1]],
        [[0, 1, 2, 30], [0, 1, 2, 30]],
        [[0], [30], [2]],
    ],
)
def test_however_they_come_in_marked_values_are_one_stretch_that_begins_an_hour_earlier(
    series: EmbeddedSeries, records: Records, media: Media, batches: list[list[int]]
):
    settler = Settler(series, records, media, 10, lambda: NOON + timedelta(hours=2))
    for batch in batches:
        settler.settle([Arrived(topic_of(one), encode(one)) for one in minutes(*batch)])
    [found] = doubtful.stretches(records, PI.farm, PI.house, 0, 2**45)
    assert found == (PI.device, "thermo-1", "temperature_celsius", "stuck", NOON_MS - HOUR_MS, NOON_MS + HOUR_MS // 2)


def test_stretches_far_apart_are_two_and_a_jump_has_no_hour_before(
    series: EmbeddedSeries, records: Records, media: Media
):
    settler = Settler(series, records, media, 10, lambda: NOON + timedelta(hours=9))
    apart = APART_MOST_MS // 60_000 + 61
    for batch in (minutes(0, apart), minutes(5, why="jump")):
        settler.settle([Arrived(topic_of(one), encode(one)) for one in batch])
    found = doubtful.stretches(records, PI.farm, PI.house, 0, 2**45)
    assert [(one.why, (one.from_ms - NOON_MS) // 60_000, (one.to_ms - NOON_MS) // 60_000) for one in found] == [
        ("stuck", -60, 0), ("jump", 5, 5), ("stuck", apart - 60, apart),
    ]  # fmt: skip
    assert doubtful.stretches(records, PI.farm, "house-9", 0, 2**45) == []
    assert len(doubtful.stretches(records, PI.farm, PI.house, NOON_MS + 1, NOON_MS + 60_000 * 6)) == 1


@pytest.mark.parametrize("why", get_args(Doubt))
def test_every_doubt_that_a_device_can_have_is_kept(series: EmbeddedSeries, records: Records, media: Media, why: Doubt):
    settler = Settler(series, records, media, 10, lambda: NOON + timedelta(hours=2))
    batch = [Arrived(topic_of(one), encode(one)) for one in minutes(0, 1, why=why)]
    assert settler.settle(batch).kept_aside == 0
    [found] = doubtful.stretches(records, PI.farm, PI.house, 0, 2**45)
    assert (found.why, found.to_ms) == (why, NOON_MS + 60_000)


async def test_means_can_be_asked_for_without_what_is_not_believed(app: FastAPI, mei: httpx.AsyncClient):
    well = [marked(seq, NOON - timedelta(minutes=150 - seq), None) for seq in range(1, 91)]
    flat = [marked(90 + seq, NOON + timedelta(minutes=seq - 60), "stuck" if seq >= 60 else None) for seq in range(81)]
    await settle(app, *well, *flat)
    asked = {
        "quantity": "temperature_celsius", "from": (NOON - timedelta(hours=3)).isoformat(),
        "to": (NOON + timedelta(hours=1)).isoformat(), "points": "24",
    }  # fmt: skip
    address = "/api/v1/houses/hill/house-2/series"
    shown = (await mei.get(address, params=asked)).json()
    believed = (await mei.get(address, params={**asked, "believed": "true"})).json()
    [span] = shown["doubtful"]
    assert (span["why"], span["from_ms"], span["to_ms"]) == ("stuck", NOON_MS - HOUR_MS, NOON_MS + 20 * 60_000)
    assert shown["at_ms"] == believed["at_ms"]
    kept = {at for at, mean in zip(believed["at_ms"], believed["mean"], strict=True) if mean is not None}
    assert kept == {at for at, mean in zip(shown["at_ms"], shown["mean"], strict=True)
                    if mean is not None and at < NOON_MS - HOUR_MS}  # fmt: skip
    assert len(kept) == 9
