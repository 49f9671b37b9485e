"""Everything of an organisation as a ZIP, without secrets and without the neighbour's; and its deletion."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from cloud.api.caller import COOKIE
from cloud.api.services import Services
from cloud.errors import StoreUnavailable
from cloud.ingest.admission import Admission
from cloud.ingest.outcome import Outcome
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.leaving.belongings import CHILDREN, owned
from cloud.leaving.deletion import delete_organisation
from cloud.leaving.export import export
from cloud.store import channels, enrolments, farms, flocks, houses
from cloud.store.channels import NewChannel, Owner
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia, Key, Media
from cloud.store.named import Named
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey
from cloud.store.tables import Table
from contract.messages import encode
from tests.cloud.sending import JPEG, PI, readings, topic_of
from tests.cloud.whole_flock import Where, fill

PICTURE = Path("hill/house-2/pi-1/cam-1/snapshot/1.jpg")


@pytest.fixture
def two(records: Records, series: EmbeddedSeries, media: Media) -> tuple[int, int]:
    """Two organisations, each with a farm, a flock, series and a picture."""
    with records.writing() as connection:
        ours, theirs = (farms.make_organisation(connection, name, 0) for name in ("ours", "theirs"))
        farms.claim(connection, "hill", ours, 0)
        farms.claim(connection, "valley", theirs, 0)
    fill(records, series, Where(), days=3, every_s=7200)
    fill(records, series, Where("valley", "house-1", "v-1"), days=3, every_s=7200)
    for path in (PICTURE, Path("valley/house-1/pi-1/cam-1/snapshot/1.jpg")):
        media.write([(Named(path), JPEG)])
    channels.put(records, Owner(farm="hill"), NewChannel("wecom", "chat", "wecombot://secret-key", "…-key", "zh"), 0)
    return ours, theirs


def unpacked(records: Records, series: EmbeddedSeries, media: Media, organisation: int) -> zipfile.ZipFile:
    target = io.BytesIO()
    export(records, series, media, organisation, target)
    return zipfile.ZipFile(target)


def test_a_zip_holds_everything_of_one_s_own_and_nothing_else(
    records: Records, series: EmbeddedSeries, media: Media, two: tuple[int, int]
):
    with unpacked(records, series, media, two[0]) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
        entries = list(csv.DictReader(archive.read("records/log_entries.csv").decode().splitlines()))
        weights = archive.read("series/hill/house-2/weight_grams.pi-1.scale-1.csv").decode().splitlines()
        assert archive.read(f"pictures/{PICTURE}") == JPEG
    assert len(entries) == 3 * 4 + 1
    assert len(weights) == 1 + 3 * 160
    assert b"secret-key" not in everything
    assert b"valley" not in everything
    assert not any("valley" in name for name in names)


def test_a_note_is_no_formula_in_a_spreadsheet(
    records: Records, series: EmbeddedSeries, media: Media, two: tuple[int, int]
):
    with records.writing() as connection:
        for farm, name in (("hill", "=HYPERLINK(1)"), ("valley", "Hill & Co")):
            farms.describe(connection, farm, name, None)
    found = []
    for organisation in two:
        with unpacked(records, series, media, organisation) as archive:
            [row] = csv.DictReader(archive.read("records/farms.csv").decode().splitlines())
        found.append(row["name"])
    assert found == ["'=HYPERLINK(1)", "Hill & Co"]


def test_a_point_s_value_survives_to_the_last_digit(
    records: Records, series: EmbeddedSeries, media: Media, two: tuple[int, int]
):
    key = SeriesKey("hill", "house-2", "pi-1", "t", "temperature_celsius")
    series.append([Point(key, 1_790_000_000_000, 0.1 + 0.2)])
    with unpacked(records, series, media, two[0]) as archive:
        [_, line] = archive.read("series/hill/house-2/temperature_celsius.pi-1.t.csv").decode().splitlines()
    assert line == f"1790000000000,{0.1 + 0.2!r}"


def test_after_deletion_only_the_neighbour_is_left(
    records: Records, series: EmbeddedSeries, media: Media, two: tuple[int, int]
):
    gone = delete_organisation(records, series, media, two[0])
    assert gone.rows > 10
    assert (gone.series, gone.pictures, gone.series_left) == (6, 1, 0)
    assert series.keys("hill", "house-2") == []
    assert len(series.keys("valley", "house-1")) == 6
    assert houses.names(records) == [("valley", "house-1")]
    assert flocks.read(records, "hill").flocks == ()
    assert [path.parts[0] for path in media.paths()] == ["valley"]
    again = delete_organisation(records, series, media, two[0])
    assert (again.rows, again.series, again.pictures) == (0, 0, 0)


class Away(FolderMedia):
    """Pictures on a storage that is away when the first are to be removed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.away = True

    def remove(self, keys: Iterable[Key]) -> None:
        if self.away:
            self.away = False
            raise StoreUnavailable("the storage is away")
        super().remove(keys)


def test_a_deletion_that_a_store_broke_off_is_finished_by_doing_it_again(
    records: Records, series: EmbeddedSeries, media: Media, two: tuple[int, int], tmp_path: Path
):
    storage = Away(tmp_path / "pictures")
    with pytest.raises(StoreUnavailable):
        delete_organisation(records, series, storage, two[0])
    delete_organisation(records, series, storage, two[0])
    assert series.keys("hill", "house-2") == []
    assert [path.parts[0] for path in media.paths()] == ["valley"]
    assert houses.names(records) == [("valley", "house-1")]


async def test_devices_of_a_deleted_organisation_leave_nothing_behind_and_may_come_back(
    app: FastAPI, mei: httpx.AsyncClient
):
    services: Services = app.state.services
    settler = Settler(services.series, services.records, services.media, 10, admission=Admission(services.records))
    app.state.services = replace(services, decided=settler.look_anew)

    async def settled(seq: int) -> Outcome:
        event = readings(seq)
        return await asyncio.to_thread(settler.settle, [Arrived(topic_of(event), encode(event))])

    async def approve() -> None:
        await asyncio.to_thread(enrolments.decide, services.records, PI, "approved", "mei", 0)

    await approve()
    assert (await settled(1)).settled
    gone = await mei.request("DELETE", "/api/v1/organisations/1", json={"name": farms.FIRST_ORGANISATION})
    assert gone.status_code == 200, gone.text
    assert (await settled(2)).held == 1
    assert services.series.all_keys() == []
    assert houses.names(services.records) == []

    await approve()
    await asyncio.to_thread(settler.look_anew)
    assert (await settled(3)).settled
    assert houses.names(services.records) == [(PI.farm, PI.house)]


async def test_a_revoked_device_is_turned_away_at_once(app: FastAPI, mei: httpx.AsyncClient):
    services: Services = app.state.services
    settler = Settler(services.series, services.records, services.media, 10, admission=Admission(services.records))
    app.state.services = replace(services, decided=settler.look_anew)
    event = readings(1)
    batch = [Arrived(topic_of(event), encode(event))]
    with services.records.writing() as connection:
        houses.seen(connection, [(PI.farm, PI.house)], 0)
    for state, held in (("approved", 0), ("revoked", 1), ("approved", 0)):
        decided = await mei.put("/api/v1/farms/hill/devices/house-2/pi-1", json={"state": state})
        assert decided.status_code == 200, decided.text
        assert (await asyncio.to_thread(settler.settle, batch)).held == held


def test_a_removed_series_never_comes_back(tmp_path: Path):
    """Not from staging after a restart, and not under the number of another series."""
    store = EmbeddedSeries(tmp_path / "series.db")
    store.open()
    old, new = (SeriesKey("hill", "h", "d", source, "temperature_celsius") for source in ("old", "new"))
    now_ms = store._now_ms()
    store.append([Point(old, now_ms - 1000, 1.0)])
    store.remove([old])
    store.append([Point(new, now_ms, 2.0)])
    store.close()
    store.open()
    assert store.keys("hill", "h") == [new]
    assert store.points(new, 0, now_ms + 1).value.tolist() == [2.0]
    assert store.latest(old) is None
    store.close()


def test_every_table_of_a_farm_is_found():
    named = {table.name for table, _ in owned(1, ["hill"])}
    of_farms = {
        table.name for table in Table.metadata.sorted_tables if {"farm", "organisation_id"} & set(table.columns.keys())
    }
    assert named == of_farms | CHILDREN | {"organisations"}
    others = {"users", "identities", "sessions", "listeners", "kept_aside", "leader", "sign_in_attempts"}
    others |= {"benchmarks"}  # nobody's: what was told of many is not told again without one
    assert {table.name for table in Table.metadata.sorted_tables} - named <= others


def nameless(folder: Path) -> list[Path]:
    """Return the files of a folder that this process has open and that have no name."""
    opened = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [one for one in opened if one.is_relative_to(folder) and one.name.endswith("(deleted)")]


async def test_an_export_whose_reader_is_gone_leaves_no_file_open(app: FastAPI, mei: httpx.AsyncClient):
    path, answered = "/api/v1/organisations/1/export.zip", []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [(b"host", b"henwise.test"), (b"cookie", f"{COOKIE}={mei.cookies[COOKIE]}".encode())],
    }  # fmt: skip
    await app(scope, gone, send)
    assert answered in ([], [200])
    assert nameless(app.state.services.config.data_dir) == []
