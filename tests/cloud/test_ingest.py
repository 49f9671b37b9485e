"""Sorting and settling, without a broker."""

import base64
import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud.errors import BadRecord, StoreUnavailable
from cloud.ingest.points import put_points
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived, identity_of, sorted_batch
from cloud.store import findings, houses, ledger, pictures, verdicts
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.records import Records
from cloud.store.series import Latest, Point, PointRows, SeriesKey
from cloud.store.verdicts import Said
from contract.messages import Event, FlockHealth, GateCrossing, Message, encode
from tests.cloud.sending import (
    BOOT,
    JPEG,
    NOON,
    PI,
    at,
    count,
    finding,
    readings,
    result,
    snapshot,
    status,
    topic_of,
    weight,
)

OF_STATUS = {"devices", "counts", "house_count"}
"""A camera's trouble withholds its count."""


def arrived(*messages: Message) -> list[Arrived]:
    return [Arrived(topic_of(message), encode(message)) for message in messages]


@pytest.fixture
def settler(series: EmbeddedSeries, records: Records, media: Media) -> Settler:
    return Settler(series, records, media, keep_pictures=3, clock=lambda: NOON + timedelta(minutes=5))


def key(source: str, quantity: str) -> SeriesKey:
    return SeriesKey(PI.farm, PI.house, PI.device, source, quantity)


def points_of(event: Event) -> list[Point]:
    rows = PointRows()
    put_points(rows, PI, event)
    return list(rows)


def test_points_of_every_measuring_message():
    at_ms = int(at(1.234).timestamp() * 1000)
    event = {"device": "pi-1", "boot": BOOT, "seq": 1, "at": at(1.234), "window_s": 60.0}
    gate = GateCrossing(**event, gate="north", birds_in=3, birds_out=4)
    health = FlockHealth(
        **event, camera="cam-1", activity_lengths_per_min=2.5, spread_ratio=0.8, huddle_ratio=0.1, still_birds=2
    )
    found = [
        (point.series.source, point.series.quantity, point.at_ms, point.value)
        for message in (readings(1, at(1.234)), weight(2, 1420.0, at(1.234)), count(3, 212.0, at(1.234)), gate, health)
        for point in points_of(message)
    ]
    assert found == [
        ("thermo-1", "temperature_celsius", at_ms, 27.1),
        ("thermo-1", "humidity_percent", at_ms, 68.0),
        ("scale-1", "weight_grams", at_ms, 1420.0),
        ("cam-1", "visible_birds", at_ms, 212.0),
        ("cam-1", "share_birds", at_ms, 212.0),
        ("north", "gate_in_birds", at_ms, 3.0),
        ("north", "gate_out_birds", at_ms, 4.0),
        ("cam-1", "activity_lengths_per_min", at_ms, 2.5),
        ("cam-1", "spread_ratio", at_ms, 0.8),
        ("cam-1", "huddle_ratio", at_ms, 0.1),
        ("cam-1", "still_birds", at_ms, 2.0),
    ]


def test_every_millisecond_keeps_its_number():
    for ms in range(1000):
        [point] = points_of(weight(1, 1000.0, NOON + timedelta(milliseconds=ms)))
        assert point.at_ms == 1_795_320_000_000 + ms


def changed(message: Message, **fields: object) -> Arrived:
    document = json.loads(encode(message)) | fields
    return Arrived(topic_of(message), json.dumps(document).encode())


@pytest.mark.parametrize(
    ("message", "reason", "identified"),
    [
        (changed(readings(7), colour="red"), "colour", True),
        (changed(readings(7), values={"temperature_celsius": 900}), "temperature_celsius", True),
        (changed(readings(7), device="pi-2"), "'pi-2' speaks on the topic of 'pi-1'", True),
        (changed(readings(7), at="2031-01-01T00:00:00.000Z"), "set the device's clock", True),
        (changed(readings(7), at="1970-01-01T00:00:07.000Z"), "clock was not set", True),
        (
            changed(snapshot(7), jpeg=base64.urlsafe_b64encode(b"<script>alert(1)</script>").decode()),
            "no whole JPEG",
            True,
        ),
        (changed(snapshot(7), size_wh=(320, 240)), "it is 640x480 pixels, size_wh says 320x240", True),
        (changed(finding(7), jpeg=base64.urlsafe_b64encode(b"GIF89a").decode()), "no whole JPEG", True),
        (changed(readings(7), seq=2**60), "seq", False),
        (changed(readings(7), seq=10**400), "seq", False),
        (changed(readings(7), boot="NOT A BOOT"), "boot", False),
        (changed(readings(7), seq=True), "seq", False),
        (Arrived(topic_of(readings(7)), b"\xff\xfe"), "Readings", False),
        (Arrived(topic_of(readings(7)), b"[" * 100_000), "Readings", False),
        (Arrived("henwise/v1/Hill/house-2/pi-1/readings", encode(readings(7))), "'Hill'", False),
    ],
)
def test_a_bad_message_is_kept_with_its_reason_and_acknowledged_when_it_can_be(
    settler: Settler, records: Records, message: Arrived, reason: str, identified: bool
):
    outcome = settler.settle([*arrived(readings(1)), message, *arrived(readings(2))])
    assert outcome.settled == {(PI, BOOT): [(1, 2), (7, 7)] if identified else [(1, 2)]}
    assert (outcome.messages, outcome.kept_aside, outcome.points) == (3, 1, 4)
    [kept] = ledger.kept(records)
    assert kept.topic == message.topic
    assert reason in kept.reason


def test_identity_is_not_read_from_a_topic_that_is_not_ours():
    assert identity_of(Arrived("elsewhere/readings", encode(readings(1)))) is None


def test_forgotten_state_is_no_message():
    batch = sorted_batch([Arrived(topic_of(status()), b"", retained=True)], NOON)
    assert (batch.accepted, batch.refused) == ([], [])
    assert sorted_batch([Arrived(topic_of(readings(1)), b"")], NOON).refused


def test_settling_twice_changes_nothing(settler: Settler, series: EmbeddedSeries, records: Records):
    batch = arrived(readings(1), weight(2, 1400.0), count(3, 212.0), snapshot(4), status())
    first = settler.settle(batch)
    second = settler.settle(batch)
    assert first.settled == second.settled == {(PI, BOOT): [(1, 4)]}
    assert second.changed == {("hill", "house-2"): {"weight"} | OF_STATUS}  # nothing newer, but states are replaced
    assert ledger.settled(records, PI) == {BOOT: [(1, 4)]}
    window = series.window(key("scale-1", "weight_grams"), 0, 2**42, 10)
    assert window.mean.tolist() == [1400.0]


def test_changes_are_named_by_member(settler: Settler):
    outcome = settler.settle(arrived(readings(1), weight(2, 1400.0), count(3, 212.0), snapshot(4), status()))
    assert outcome.changed == {("hill", "house-2"): {"climate", "weight", "pictures"} | OF_STATUS}


def test_late_data_are_stored_but_never_shown_as_live(settler: Settler, series: EmbeddedSeries, records: Records):
    settler.settle(arrived(readings(5, at(50), temperature_celsius=27.0)))
    late = [
        readings(1, at(10), temperature_celsius=20.0),
        readings(2, at(60), delayed=True, temperature_celsius=21.0),
    ]
    outcome = settler.settle(arrived(*late))
    assert outcome.changed == {}
    assert outcome.points == 2
    [row] = houses.newest(records, "hill", "house-2", "readings")
    assert json.loads(row.message)["values"] == {"temperature_celsius": 27.0}
    window = series.window(key("thermo-1", "temperature_celsius"), 0, 2**42, 10)
    assert window.mean.tolist() == [20.0, 27.0, 21.0]


def test_within_one_batch_the_newest_live_event_wins(settler: Settler, records: Records):
    settler.settle(
        arrived(
            readings(1, at(30), temperature_celsius=3.0),
            readings(2, at(90), delayed=True, temperature_celsius=9.0),
            readings(3, at(20), temperature_celsius=2.0),
        )
    )
    [row] = houses.newest(records, "hill", "house-2", "readings")
    assert json.loads(row.message)["values"] == {"temperature_celsius": 3.0}


def test_a_late_weighing_changes_its_days_mean(settler: Settler):
    settler.settle(arrived(weight(5, 1400.0, at(50))))
    outcome = settler.settle(arrived(weight(1, 1300.0, at(10), delayed=True)))
    assert outcome.changed == {("hill", "house-2"): {"weight"}}


def test_pictures_are_bounded_per_camera_and_files_follow_records(
    settler: Settler, records: Records, media: Media, tmp_path: Path
):
    for seq in range(1, 8):
        settler.settle(arrived(snapshot(seq)))
    files = sorted((tmp_path / "pictures").rglob("*.jpg"))
    assert [int(file.stem) for file in files] == [int(at(seq).timestamp() * 1000) for seq in (5, 6, 7)]
    assert {file.read_bytes() for file in files} == {JPEG}
    taken = pictures.find(records, "hill", "house-2", "cam-1", int(files[-1].stem))
    assert taken is not None
    assert media.read(taken) == JPEG
    assert pictures.find(records, "hill", "house-2", "cam-1", int(at(1).timestamp() * 1000)) is None


def evidence_files(folder: Path) -> list[str]:
    below = folder / "pictures"
    return sorted(str(file.relative_to(below)) for file in below.rglob("*.jpg"))


def test_a_finding_is_kept_by_its_id_with_its_newest_picture(settler: Settler, records: Records, tmp_path: Path):
    late, first, second = finding(3, when=at(1)), finding(1, when=at(10)), finding(2, when=at(20), score=0.9)
    for message in (first, second, late):
        settler.settle(arrived(message))
    [found] = findings.newest(records, PI.farm, PI.house, unanswered=None, limit=9)
    assert (found.key.at_ms, found.pictured) == (int(at(20).timestamp() * 1000), True)
    assert json.loads(found.message)["score"] == 0.9
    assert "jpeg" not in json.loads(found.message)
    assert evidence_files(tmp_path) == [f"hill/house-2/pi-1/findings/f-1/{found.key.at_ms}.jpg"]


def test_findings_stay_when_their_pictures_are_too_many(settler: Settler, records: Records, tmp_path: Path):
    settler.settle(arrived(*(finding(seq, f"f-{seq}") for seq in range(1, 6))))
    found = findings.newest(records, PI.farm, PI.house, unanswered=True, limit=9)
    assert [(one.key.finding, one.pictured) for one in found] == [
        ("f-5", True), ("f-4", True), ("f-3", True), ("f-2", False), ("f-1", False),
    ]  # fmt: skip
    assert len(evidence_files(tmp_path)) == 3


def test_the_answer_of_a_device_settles_its_verdict_and_no_other(settler: Settler, records: Records):
    elsewhere = PI.model_copy(update={"device": "pi-2"})
    for place in (PI, elsewhere):
        said = Said(place, "v-1", "cam-1", "f-1", 0, "right", None, 0, "mei")
        verdicts.say(records, said)
    outcome = settler.settle(arrived(result(1, "v-1", "kept as a label"), result(2, "no-verdict")))
    assert outcome.changed == {("hill", "house-2"): {"findings", "counts", "views"}}
    [waiting] = verdicts.MAIL.due(records, 0)
    assert waiting.place == elsewhere
    said = verdicts.of_findings(records, "hill", "house-2", ["f-1"])["pi-1", "f-1"]
    assert (said.state, said.detail) == ("done", "kept as a label")


def test_zones_are_series_of_their_camera(settler: Settler, series: EmbeddedSeries):
    settler.settle(arrived(count(1, 30.0, by_zone={"feeder": 12.0})))
    assert series.latest(key("cam-1.feeder", "visible_birds")) == Latest(int(at(1).timestamp() * 1000), 12.0)


def test_a_last_will_counts_from_its_arrival_and_once(settler: Settler, records: Records):
    settler.settle(arrived(status("online", at(100))))
    settler.settle(arrived(status("offline", at(1))))  # written at the connect, long ago
    [device] = houses.devices(records, "hill", "house-2")
    assert device.status_at_ms == int((NOON + timedelta(minutes=5)).timestamp() * 1000)
    later = Settler(settler._series, records, settler._media, 3, clock=lambda: NOON + timedelta(hours=1))
    later.settle(arrived(status("offline", at(1))))  # handed over again when the service starts
    [device] = houses.devices(records, "hill", "house-2")
    assert device.status_at_ms == int((NOON + timedelta(minutes=5)).timestamp() * 1000)


class Fussy:
    """A series store over a real one that refuses one value for good; a fault of ours no real part would show."""

    def __init__(self, inner: EmbeddedSeries) -> None:
        self._inner = inner

    def append(self, points: Sequence[Point]) -> int:
        if any(point.value == 13.0 for point in points):
            raise BadRecord("thirteen")
        return self._inner.append(points)


def test_one_event_that_can_not_be_kept_does_not_hold_up_the_others(
    series: EmbeddedSeries, records: Records, media: Media
):
    settler = Settler(Fussy(series), records, media, 3, clock=lambda: NOON)  # type: ignore[arg-type]  # only append
    outcome = settler.settle(arrived(*(readings(seq, temperature_celsius=10.0 + seq) for seq in range(1, 6))))
    assert outcome.settled == {(PI, BOOT): [(1, 5)]}
    assert outcome.points == 4
    [kept] = ledger.kept(records)
    assert "thirteen" in kept.reason


def test_a_device_cannot_make_series_without_end(
    settler: Settler, series: EmbeddedSeries, records: Records, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cloud.ingest.sources.SOURCES_MOST", 3)

    def of(seq: int, instrument: str) -> Message:
        return readings(seq).model_copy(update={"instrument": instrument})

    flood = settler.settle(arrived(*(of(seq, f"t-{seq}") for seq in range(1, 8))))
    assert flood.settled == {(PI, BOOT): [(1, 7)]}, "what is left out is not sent again"
    again = settler.settle(arrived(of(8, "t-2"), count(9, 80.0, by_zone={"feeder": 3.0}), weight(10, 1500)))
    assert (again.kept_aside, again.points) == (2, 2)
    assert {one.source for one in series.keys(PI.farm, PI.house)} == {"t-1", "t-2", "t-3"}
    assert "instruments, cameras and zones" in ledger.kept(records)[-1].reason


def test_nothing_is_settled_while_the_disk_is_full(records: Records, media: Media, tmp_path: Path):
    from cloud.store.embedded.schema import connect

    def tiny(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count=8")
        return connection

    series = EmbeddedSeries(tmp_path / "series.db", connect=tiny)
    series.open()
    settler = Settler(series, records, media, 3, clock=lambda: NOON + timedelta(hours=1))
    batches = (arrived(*(readings(seq * 50 + n, at(seq + n / 1000)) for n in range(1, 51))) for seq in range(2_000))

    def fill() -> None:
        for batch in batches:
            settler.settle(batch)

    with pytest.raises(StoreUnavailable, match="full"):
        fill()
    stored = len(series.window(key("thermo-1", "temperature_celsius"), 0, 2**42, 200_000).at_ms)
    assert stored > 0
    assert ledger.settled(records, PI) == {BOOT: [(1, stored)]}  # the batch that failed is in neither
    series.close()


def test_what_is_ahead_of_a_clock_that_nobody_has_set_waits(records: Records, series: EmbeddedSeries, media: Media):
    """A service on a Pi that was off for two days hears devices before NTP has set its clock: nothing is lost."""
    now = datetime.now(UTC)
    shown, believed = [now - timedelta(days=2)], [False]
    settler = Settler(series, records, media, 10, clock=lambda: shown[0], believed=lambda: believed[0])
    event = readings(1, now)
    batch = [Arrived(topic_of(event), encode(event))]
    outcome = settler.settle(batch)
    assert (outcome.settled, outcome.kept_aside, outcome.held) == ({}, 0, 1)
    shown[0], believed[0] = now, True
    assert settler.settle(batch).settled == {(PI, BOOT): [(1, 1)]}
    assert len(series.all_keys()) > 0
