"""Benchmarks: the figures themselves, and that no flock can be told from them, whoever asks and whatever changes."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from cloud.api.services import Services
from cloud.errors import Unheard
from cloud.flock.benchmarks import (
    LEAST_FLOCKS,
    LEAST_UNKNOWN_FLOCKS,
    Among,
    Period,
    counted,
    harrell_davis,
    may_know,
    period_of,
    quartiles,
)
from cloud.leaving.deletion import delete_organisation
from cloud.report.desk import Wish, report
from cloud.report.gather import Gatherer
from cloud.report.releasing import Releaser
from cloud.rights import Role
from cloud.store import benchmarks, farms, memberships, people
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia
from cloud.store.memberships import Post
from cloud.store.records import Records
from cloud.store.retention import Retention
from cloud.store.zones import Zones
from tests.cloud.conftest import BASE, PASSWORD
from tests.cloud.many_farms import SPRING, grow, organisation
from tests.cloud.whole_flock import ZONE

LATER = datetime(2025, 9, 1, tzinfo=UTC)
SPRING_2025 = Period("spring", 2025)
FARMS = ("hill", "valley", "lake", "wood")


def among(counts: Sequence[int]) -> list[Among]:
    return [Among(number, 300 + 7 * flock + number) for number, count in enumerate(counts) for flock in range(count)]


class TestNumbers:
    def test_harrell_davis_is_the_published_one(self):
        """Of 15 values the weights are those of whole-numbered beta distributions, whose areas are binomial sums."""

        def area(a: int, b: int, upto: Fraction) -> Fraction:
            size = a + b - 1
            return sum((comb(size, k) * upto**k * (1 - upto) ** (size - k) for k in range(a, size + 1)), Fraction(0))

        values = [float(one * one) for one in range(15)]
        for share, a, b in ((0.25, 4, 12), (0.5, 8, 8), (0.75, 12, 4)):
            wanted = sum(
                float(area(a, b, Fraction(rank + 1, 15)) - area(a, b, Fraction(rank, 15))) * value
                for rank, value in enumerate(values)
            )
            assert harrell_davis(values, share) == pytest.approx(wanted, rel=1e-7)

    def test_quartiles_are_rounded_and_ordered(self):
        found = quartiles(among([4, 4, 4, 4]), 5)
        assert found is not None
        assert found.low < found.median < found.high
        assert all(value % 5 == 0 for value in (found.low, found.median, found.high))
        assert found.flocks == 16

    @pytest.mark.parametrize(
        ("day", "season", "year"),
        [
            ("2026-01-15", "winter", 2026),
            ("2025-12-01", "winter", 2026),
            ("2026-03-01", "spring", 2026),
            ("2026-08-31", "summer", 2026),
            ("2026-11-30", "autumn", 2026),
        ],
    )
    def test_periods(self, day: str, season: str, year: int):
        period = period_of(date.fromisoformat(day))
        assert (period.season, period.year) == (season, year)
        assert period_of(period.ends) == period
        assert period_of(period.ends + timedelta(days=1)) != period


class TestNobodyIsTold:
    @pytest.mark.parametrize("counts", [[40], [20, 20], [4, 4, 4], [3, 3, 3, 2], [100, 1, 1, 1]])
    def test_too_few_of_too_few_are_not_told(self, counts: list[int]):
        assert quartiles(among(counts), 1) is None

    def test_one_who_has_most_flocks_counts_with_a_third(self):
        kept = counted({1: 100, 2: 3, 3: 3, 4: 3})
        assert kept == {1: 4, 2: 3, 3: 3, 4: 3}

    @pytest.mark.parametrize("counts", [[3, 3, 3, 3], [30, 3, 3, 3], [4, 5, 3, 7], [4, 4, 2, 2], [9, 9, 9, 1, 1, 1]])
    def test_whoever_knows_one_organisation_leaves_enough_unknown(self, counts: list[int]):
        found = quartiles(among(counts), 1)
        assert found is not None
        organisations = len(found.by_organisation)
        assert found.flocks >= LEAST_FLOCKS
        for organisation_id, own in found.by_organisation.items():
            assert may_know(found.flocks, organisations, {organisation_id: own})
            assert found.flocks - own >= LEAST_UNKNOWN_FLOCKS

    def test_no_unknown_flock_follows_from_the_quartiles_and_a_third_of_the_flocks(self):
        """Of the flocks an attacker does not know, each can have another figure with the same three answers.

        For every choice of the unknown ones: the direction of one flock does not lie in what the answers say, even if
        they were not rounded. ``free`` is the share of its variance that they leave.
        """
        weights = np.array([_weights(LEAST_FLOCKS, share) for share in (0.25, 0.5, 0.75)])
        free = []
        for unknown in combinations(range(LEAST_FLOCKS), LEAST_UNKNOWN_FLOCKS):
            told = weights[:, list(unknown)]
            free.append((1 - np.diag(np.linalg.pinv(told) @ told)).min())
        assert min(free) > 0.01
        assert np.median(free) > 0.2

    def test_an_answer_does_not_depend_on_whose_the_flocks_are(self):
        """What an organisation knows of its own is all it can take out; the rest could be anybody's."""
        values = [300 + 7 * number for number in range(12)]
        for seed in range(20):
            owners = np.random.default_rng(seed).permutation([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
            mixed = [Among(int(owner), value) for owner, value in zip(owners, values, strict=True)]
            assert quartiles(mixed, 0.01) == quartiles(sorted(mixed, key=lambda one: one.organisation), 0.01)

    def test_who_knows_all_but_two_organisations_is_told_nothing(self):
        assert may_know(20, 5, {1: 5, 2: 5})
        assert not may_know(20, 4, {1: 5, 2: 5}), "of two organisations, one can tell the other's"
        assert not may_know(16, 5, {1: 5, 2: 4}), "seven flocks are too few"


def _weights(size: int, share: float) -> list[float]:
    """Return the weight of each rank, by setting the values of all from a rank on to one."""
    tails = [harrell_davis([0.0] * rank + [1.0] * (size - rank), share) for rank in range(size + 1)]
    return [one - other for one, other in pairwise(tails)]


@pytest.fixture
def gatherer(tmp_path: Path) -> Iterator[Gatherer]:
    """Four farms of four organisations, each with three flocks of last spring."""
    records = Records(tmp_path / "records.db")
    series = EmbeddedSeries(tmp_path / "series.db", retention=Retention(36_500))
    records.open()
    series.open()
    for number, farm in enumerate(FARMS):
        organisation(records, farm)
        grow(records, series, farm, [0.9 + 0.02 * number, 1.0, 1.05 + 0.01 * number])
    yield Gatherer(series, records, Zones(records, ZONE))
    series.close()
    records.close()


def told(gatherer: Gatherer, reads: Sequence[int] = (1,)) -> object:
    return benchmarks.told(gatherer.records, "ross-308", (SPRING_2025,), reads)


class TestReleases:
    def test_a_season_is_told_once_when_it_is_over(self, gatherer: Gatherer):
        assert Releaser(gatherer, lambda: datetime(2025, 6, 20, tzinfo=UTC)).tell_due() == 0
        assert told(gatherer) is None
        assert Releaser(gatherer, lambda: LATER).tell_due() == 1
        found = benchmarks.told(gatherer.records, "ross-308", (SPRING_2025,), (1,))
        assert found is not None
        figures = found[1]
        assert set(figures) == {
            "livability", "gain_whole", "fcr", "fcr_corrected", "epef", "weight_7", "weight_21", "weight_35",
        }  # fmt: skip
        assert figures["weight_35"].low < figures["weight_35"].median <= figures["weight_35"].high
        assert figures["weight_35"].median == pytest.approx(2_200, rel=0.02)
        assert figures["livability"].median == pytest.approx(97, abs=0.5)
        assert figures["epef"].flocks == 12
        assert Releaser(gatherer, lambda: LATER).tell_due() == 0

    def test_a_flock_that_lives_is_waited_for(self, gatherer: Gatherer):
        grow(gatherer.records, gatherer.series, "hill", [1.0], placed_on=date(2025, 5, 31), over=False)
        assert Releaser(gatherer, lambda: LATER).tell_due() == 0
        assert Releaser(gatherer, lambda: LATER + timedelta(days=200)).tell_due() == 1

    def test_who_takes_no_part_is_not_counted(self, gatherer: Gatherer):
        with gatherer.records.writing() as connection:
            benchmarks.leave(connection, "wood")
        assert Releaser(gatherer, lambda: LATER).tell_due() == 0

    def test_leaving_and_joining_change_nothing_that_was_told(self, gatherer: Gatherer, tmp_path: Path):
        """Whoever compares the answers before and after learns nothing of who left, was deleted or came."""
        assert Releaser(gatherer, lambda: LATER).tell_due() == 1
        before = told(gatherer)
        with gatherer.records.writing() as connection:
            benchmarks.leave(connection, "lake")
            leaver = farms.owner_of(connection, "wood")
        assert leaver is not None
        delete_organisation(gatherer.records, gatherer.series, FolderMedia(tmp_path / "pictures"), leaver)
        organisation(gatherer.records, "marsh")
        grow(gatherer.records, gatherer.series, "marsh", [2.0, 2.0, 2.0])
        Releaser(gatherer, lambda: LATER + timedelta(days=1)).tell_due()
        assert told(gatherer) == before

    def test_one_farm_alone_learns_nothing(self, gatherer: Gatherer):
        """Somebody with many flocks and nobody else but too few is told nothing, however many flocks they add."""
        for farm in FARMS[1:]:
            with gatherer.records.writing() as connection:
                benchmarks.leave(connection, farm)
        grow(gatherer.records, gatherer.series, "hill", [1.0] * 12, placed_on=SPRING + timedelta(days=1))
        assert Releaser(gatherer, lambda: LATER).tell_due() == 0

    def test_who_reads_other_organisations_flocks_is_told_nothing_of_the_rest(self, gatherer: Gatherer):
        Releaser(gatherer, lambda: LATER).tell_due()
        assert told(gatherer, (1,)) is not None
        assert told(gatherer, (1, 2)) is None

    def test_a_report_has_them_for_those_who_may_know(self, gatherer: Gatherer):
        Releaser(gatherer, lambda: LATER).tell_due()
        wish = Wish("flock", (("hill", f"hill-{SPRING}-0"),), date(2025, 6, 1), "zh", "jin", frozenset({1}))
        table = report(gatherer, wish).table("standing")
        assert table is not None
        rows = {row[0]: row for row in table.rows}
        name, unit, own, low, median, high, flocks = rows["35 日龄均重"]
        assert (name, unit, flocks) == ("35 日龄均重", "斤", 12)
        assert own == pytest.approx(0.9 * 2200 / 500, rel=0.02)
        assert float(str(own)) <= float(str(low)) <= float(str(median)) <= float(str(high))
        assert ("四分位数来自", "同品种、2025 年春季入雏的批次") in report(gatherer, wish).about
        for reads in (None, frozenset({1, 2})):
            hidden = Wish("flock", wish.flocks, wish.last, reads=reads)
            assert report(gatherer, hidden).table("standing") is None
        two = Wish("comparison", (wish.flocks[0], ("hill", f"hill-{SPRING}-1")), wish.last, reads=frozenset({1}))
        compared = report(gatherer, two).table("compared")
        assert compared is not None
        assert [column.key for column in compared.columns][-3:] == ["quarter", "median", "three_quarters"]
        epef = next(row for row in compared.rows if row[0] == "EPEF")
        assert all(value is not None for value in epef)

    def test_a_living_flock_stands_beside_last_year(self, gatherer: Gatherer):
        Releaser(gatherer, lambda: LATER).tell_due()
        [flock] = grow(gatherer.records, gatherer.series, "hill", [1.1], placed_on=date(2026, 4, 1), over=False)
        wish = Wish("flock", (("hill", flock),), date(2026, 5, 1), reads=frozenset({1}))
        table = report(gatherer, wish).table("standing")
        assert table is not None
        own = {row[0]: row[2] for row in table.rows}
        assert own["Mean weight at 21 days"] == pytest.approx(1_100, rel=0.02)
        assert own["Mean weight at 35 days"] is None
        assert own["EPEF"] is None


class TestApi:
    @pytest.fixture
    async def estate(self, app: FastAPI, mei: httpx.AsyncClient) -> tuple[FastAPI, httpx.AsyncClient]:
        """Mei's farm among three others that take part, all with flocks of last spring; hers takes no part yet."""

        def fill() -> None:
            services: Services = app.state.services
            with services.records.writing() as connection:
                only = farms.only_organisation(connection)
                assert only is not None
                farms.claim(connection, "hill", only, 0)
            grow(services.records, services.series, "hill", [0.9, 1.0, 1.1])
            for number, farm in enumerate(FARMS[1:]):
                organisation(services.records, farm)
                grow(services.records, services.series, farm, [0.92 + 0.02 * number, 1.0, 1.06])

        await asyncio.to_thread(fill)
        return app, mei

    async def test_an_owner_takes_part_and_sees_where_the_flock_stands(self, estate: tuple[FastAPI, httpx.AsyncClient]):
        app, mei = estate
        services: Services = app.state.services
        asked = f"/api/v1/farms/hill/flocks/hill-{SPRING}-0/benchmark"
        answer = (await mei.get(asked)).json()
        assert (answer["taking_part"], answer["rows"], answer["least_flocks"]) == (False, [], 12)
        on = await mei.put("/api/v1/farms/hill/benchmarking", json={"taking_part": True})
        assert (on.status_code, on.json()["by"]) == (200, "mei")
        again = await mei.put("/api/v1/farms/hill/benchmarking", json={"taking_part": True})
        assert again.json() == on.json() == (await mei.get("/api/v1/farms/hill/benchmarking")).json()
        releaser = Releaser(Gatherer(services.series, services.records, services.zones), lambda: LATER)
        assert await asyncio.to_thread(releaser.tell_due) == 1
        answer = (await mei.get(asked, headers={"Accept-Language": "zh"})).json()
        assert (answer["season"], answer["year"], answer["season_name"]) == ("spring", 2025, "2025 年春季")
        weight = next(row for row in answer["rows"] if row["key"] == "weight_35")
        assert weight["own"] < weight["low"] < weight["high"]
        assert weight["flocks"] == 12
        off = await mei.put("/api/v1/farms/hill/benchmarking", json={"taking_part": False})
        assert off.json() == {"taking_part": False, "by": "", "since": None}
        assert (await mei.get(asked)).json()["rows"] == []
        [organisation_id] = {farm["organisation"] for farm in (await mei.get("/api/v1/farms")).json()}
        log = (await mei.get(f"/api/v1/organisations/{organisation_id}/audit")).json()
        actions = [row["action"] for row in log["rows"]]
        assert {"benchmarking-on", "benchmarking-off"} <= set(actions)

    async def test_an_agronomist_reads_and_does_not_decide(self, estate: tuple[FastAPI, httpx.AsyncClient]):
        app, _ = estate
        services: Services = app.state.services

        def join() -> None:
            now = datetime.now(UTC)
            with services.records.writing() as connection:
                user = people.insert(connection, "li", services.passwords.hash(PASSWORD), now)
                owner = farms.owner_of(connection, "hill")
                assert owner is not None
                memberships.join(connection, user, owner, Post(Role.AGRONOMIST))

        await asyncio.to_thread(join)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as li:
            assert (await li.post("/api/v1/session", json={"name": "li", "password": PASSWORD})).status_code == 200
            assert (await li.get("/api/v1/farms/hill/benchmarking")).status_code == 200
            refused = await li.put("/api/v1/farms/hill/benchmarking", json={"taking_part": True})
            assert refused.status_code == 403
            assert (await li.get("/api/v1/farms/valley/benchmarking")).status_code == 404

    async def test_a_flock_that_is_not_there(self, estate: tuple[FastAPI, httpx.AsyncClient]):
        _, mei = estate
        assert (await mei.get("/api/v1/farms/hill/flocks/nobody/benchmark")).status_code == 404


def test_a_flock_that_cannot_be_read_stops_nobody(gatherer: Gatherer):
    with pytest.raises(Unheard):
        gatherer.flock("hill", "nobody", SPRING)
