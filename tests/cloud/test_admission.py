"""Who may speak and how much: devices that nobody approved, and devices that flood."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from cloud.api.services import Services
from cloud.cli import app as cli
from cloud.ingest.admission import KNOWN_S, NOTE_S, UNKNOWN_S, Admission
from cloud.ingest.fairness import Fairness
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import enrolments, houses, ledger, migrations
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.records import Records
from contract.messages import encode
from contract.place import Place
from tests.cloud.sending import BOOT, PI, announcement, readings, topic_of

OTHER = PI.model_copy(update={"device": "pi-2"})


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settler(records: Records, series: EmbeddedSeries, media: Media, clock: Clock) -> Settler:
    return Settler(series, records, media, 10, admission=Admission(records, now_s=clock))


def arrived(*seqs: int, place: Place = PI) -> list[Arrived]:
    events = [readings(seq).model_copy(update={"device": place.device}) for seq in seqs]
    return [Arrived(topic_of(event, place), encode(event)) for event in events]


class TestUnknownDevices:
    def test_nothing_of_one_is_settled_or_kept_aside_and_it_is_listed(
        self, settler: Settler, records: Records, series: EmbeddedSeries, clock: Clock
    ):
        junk = Arrived(topic_of(readings(1)), b'{"boot": "00000000000000aa", "seq": 9}')
        outcome = settler.settle([*arrived(1, 2), junk])
        assert (outcome.messages, outcome.held, outcome.settled) == (0, 3, {})
        clock.now_s += NOTE_S
        settler.settle(arrived(3))
        [waiting] = enrolments.listed(records)
        assert (waiting.place, waiting.state, waiting.held_messages) == (PI, "waiting", 4)
        assert series.all_keys() == []
        assert ledger.kept(records) == []
        assert ledger.settled(records, PI) == {}
        assert houses.names(records) == []

    def test_an_approved_one_is_heard_and_a_revoked_one_not_any_more(
        self, settler: Settler, records: Records, clock: Clock
    ):
        settler.settle(arrived(1))
        enrolments.decide(records, PI, "approved", "mei", 5)
        clock.now_s += UNKNOWN_S
        outcome = settler.settle([*arrived(1), *arrived(1, place=OTHER)])
        assert outcome.settled == {(PI, BOOT): [(1, 1)]}
        assert outcome.held == 1
        enrolments.decide(records, PI, "revoked", "mei", 6)
        clock.now_s += KNOWN_S
        assert settler.settle(arrived(2)).settled == {}
        assert {one.place: (one.state, one.by) for one in enrolments.listed(records)}[PI] == ("revoked", "mei")

    def test_names_somebody_thinks_of_do_not_fill_the_list(
        self, settler: Settler, records: Records, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(enrolments, "MOST_WAITING", 5)
        for number in range(4):
            clock.now_s += NOTE_S
            for device in range(4):
                settler.settle(arrived(1, place=PI.model_copy(update={"device": f"d-{number}-{device}"})))
        assert len(enrolments.listed(records)) == 5

    def test_with_the_door_open_all_are_taken_in_but_the_revoked(
        self, records: Records, series: EmbeddedSeries, media: Media
    ):
        enrolments.decide(records, OTHER, "revoked", "mei", 5)
        settler = Settler(series, records, media, 10)
        outcome = settler.settle([*arrived(1), *arrived(1, place=OTHER)])
        assert set(outcome.settled) == {(PI, BOOT)}
        assert {one.place.device: one.state for one in enrolments.listed(records)} == {
            "pi-1": "approved",
            "pi-2": "revoked",
        }

    def test_devices_heard_before_there_were_enrolments_may_go_on(self, records: Records):
        with records.writing() as connection:
            migrations.downgrade(connection, "0008")
            ledger.settle(connection, PI, BOOT, [(1, 1)])
            houses.announced(connection, OTHER, announcement().model_dump_json())
        records.close()
        records.open()
        assert enrolments.states(records, [PI, OTHER]) == {PI: "approved", OTHER: "approved"}


class TestFairness:
    def test_a_device_that_floods_is_held_to_its_rate_and_others_are_not(self):
        fairness = Fairness(10)
        admitted = sum(fairness.admits("henwise/v1/a/b/c/readings", at / 100) for at in range(1_000))
        assert admitted == pytest.approx(10 * 10 + 20, abs=2)
        assert all(fairness.admits(f"henwise/v1/a/b/d{n}/readings", 10) for n in range(100))

    def test_a_device_may_send_on_any_leaf_but_counts_once(self):
        fairness = Fairness(1)
        assert fairness.admits("henwise/v1/a/b/c/readings", 0)
        assert fairness.admits("henwise/v1/a/b/c/weight", 0)
        assert not fairness.admits("henwise/v1/a/b/c/count", 0)


async def test_a_technician_lists_approves_and_revokes(app: FastAPI, mei: httpx.AsyncClient):
    services: Services = app.state.services
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    enrolments.take_in(services.records, [OTHER], now_ms)
    houses_of = await mei.get("/api/v1/houses")
    assert houses_of.status_code == 200
    with services.records.writing() as connection:
        houses.seen(connection, [(PI.farm, PI.house)], now_ms)
    enrolments.note_waiting(services.records, {PI: 3}, now_ms)
    [waiting, approved] = (await mei.get("/api/v1/farms/hill/devices")).json()
    assert (waiting["device"], waiting["state"], waiting["held_messages"]) == ("pi-1", "waiting", 3)
    assert approved["state"] == "approved"
    for state in ("approved", "revoked"):
        answer = await mei.put("/api/v1/farms/hill/devices/house-2/pi-1", json={"state": state})
        assert answer.json() == {"state": state}
        assert enrolments.states(services.records, [PI]) == {PI: state}
    assert (await mei.put("/api/v1/farms/hill/devices/house-2/pi-1", json={"state": "waiting"})).status_code == 422


def test_the_verbs_list_approve_and_revoke(tmp_path: Path):
    (tmp_path / "cloud.toml").write_text(f'data_dir = "{tmp_path / "data"}"\n')

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, ["device", *words, "-c", str(tmp_path / "cloud.toml")])
        assert done.exit_code == 0, done.output
        return done.output

    assert "No device" in run("list")
    assert "approved" in run("approve", "hill", "house-2", "pi-1")
    assert run("list").startswith("approved  hill house-2 pi-1")
    assert "revoked" in run("revoke", "hill", "house-2", "pi-1")
