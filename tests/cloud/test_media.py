"""Pictures in a folder and in a bucket of a real S3-compatible server: one suite over both, and what differs."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath

import pytest

from cloud.config import BucketConfig, load_config
from cloud.errors import BadConfig, CannotStart, StoreUnavailable
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import findings, verdicts
from cloud.store.bucket import BucketMedia
from cloud.store.embedded import EmbeddedSeries
from cloud.store.keeping import DAY_MS, Keeping
from cloud.store.media import FolderMedia, Media
from cloud.store.records import Records
from cloud.store.sweeping import sweep
from cloud.store.verdicts import Said
from contract.messages import Message, encode
from tests.bucket_server import BucketServer
from tests.cloud.sending import JPEG, NOON, PI, at, finding, snapshot, topic_of
from tests.servers import free_port

NOON_MS = int(NOON.timestamp() * 1000)


@dataclass(frozen=True)
class Named:
    path: PurePath


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    server = BucketServer(tmp_path_factory.mktemp("bucket"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    if request.param == "folder":
        return FolderMedia(tmp_path / "pictures")
    store = BucketMedia(*request.getfixturevalue("server").bucket(prefix="farm/"))
    store.open()
    return store


def keys(count: int) -> list[Named]:
    return [Named(PurePath("hill", "house-2", "pi-1", "cam-1", "snapshot", f"{number}.jpg")) for number in range(count)]


def test_what_is_written_is_read_listed_and_removed(media: Media):
    some = keys(20)
    media.write((key, JPEG + bytes([number])) for number, key in enumerate(some))
    assert [media.read(key) for key in some] == [JPEG + bytes([number]) for number in range(20)]
    assert sorted(media.paths()) == sorted(key.path for key in some)
    media.write([(some[0], b"another")])
    assert media.read(some[0]) == b"another"
    media.remove(some[:15])
    media.remove(some[:1])
    assert media.read(some[0]) is None
    assert sorted(media.paths()) == sorted(key.path for key in some[15:])


class TestSweeping:
    KEEPING = Keeping(newest=2, snapshot_days=10, finding_days=20, confirmed_days=60)

    @pytest.fixture
    def settled(self, records: Records, series: EmbeddedSeries, media: Media) -> Settler:
        settler = Settler(series, records, media, self.KEEPING.newest, clock=lambda: NOON)
        messages: list[Message] = [finding(seq, f"f-{seq}", at(seq)) for seq in range(1, 5)]
        self.settle(settler, *messages)
        return settler

    def settle(self, settler: Settler, *messages: Message) -> None:
        assert settler.settle([Arrived(topic_of(one), encode(one)) for one in messages]).kept_aside == 0

    def pictured(self, records: Records) -> list[str]:
        found = findings.newest(records, PI.farm, PI.house, unanswered=None, limit=9)
        return sorted(one.key.finding for one in found if one.pictured)

    def say(self, records: Records, name: str, answer: verdicts.Answer, at_ms: int) -> None:
        verdicts.say(records, Said(PI, f"v-{name}-{at_ms}", "cam-1", name, 0, answer, None, at_ms, "mei"))

    def test_confirmed_findings_are_not_counted_and_stay_longer(self, settled: Settler, records: Records, media: Media):
        assert self.pictured(records) == ["f-3", "f-4"]
        self.say(records, "f-3", "right", NOON_MS)
        self.say(records, "f-4", "right", NOON_MS)
        self.say(records, "f-4", "false_alarm", NOON_MS + 1)
        self.settle(settled, finding(5, "f-5", at(5)), finding(6, "f-6", at(6)), snapshot(7))
        assert self.pictured(records) == ["f-3", "f-5", "f-6"]
        assert len(list(media.paths())) == 4

        assert sweep(records, media, self.KEEPING, NOON_MS + 9 * DAY_MS) == 0
        assert sweep(records, media, self.KEEPING, NOON_MS + 11 * DAY_MS) == 1  # the snapshot
        assert sweep(records, media, self.KEEPING, NOON_MS + 21 * DAY_MS) == 2
        assert self.pictured(records) == ["f-3"]
        assert [path.parts[-2] for path in media.paths()] == ["f-3"]
        assert sweep(records, media, self.KEEPING, NOON_MS + 61 * DAY_MS) == 1
        assert list(media.paths()) == []


class TestBucket:
    def test_storage_that_is_away_is_unavailable_and_the_service_starts_all_the_same(self):
        fields = {"name": "x", "endpoint": f"http://127.0.0.1:{free_port()}", "access_key": "a", "secret_key": "b"}
        media = BucketMedia("x", BucketConfig.model_validate(fields | {"timeout_s": 1}))
        media.open()
        for call in (
            lambda: media.write([(keys(1)[0], JPEG)]),
            lambda: media.read(keys(1)[0]),
            lambda: media.remove(keys(1)),
            lambda: list(media.paths()),
        ):
            with pytest.raises(StoreUnavailable, match="bucket x"):
                call()

    def test_a_bucket_that_is_not_there_or_not_ours_is_told_at_the_start(self, server: BucketServer, tmp_path: Path):
        _, config = server.bucket()
        with pytest.raises(CannotStart, match="'nowhere'"):
            BucketMedia("nowhere", config).open()
        (tmp_path / "secret").write_text("wrong\n")
        name, config = server.bucket(secret_key=None, secret_key_file=tmp_path / "secret")
        with pytest.raises(CannotStart, match="403"):
            BucketMedia(name, config).open()

    def test_a_picture_that_is_damaged_on_its_way_is_refused(self, server: BucketServer):
        name, _ = server.bucket()
        with pytest.raises(Exception, match=r"(?i)digest|md5"):
            server.client().put_object(Bucket=name, Key="a.jpg", Body=b"damaged", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")

    def test_more_pictures_than_a_page_of_the_listing_are_listed(self, server: BucketServer):
        media = BucketMedia(*server.bucket())
        media.open()
        some = [Named(PurePath("f", "h", "d", "c", "snapshot", f"{number}.jpg")) for number in range(1_050)]
        media.write((key, b"x") for key in some)
        assert len(set(media.paths())) == 1_050

    def test_half_a_way_in_is_refused(self):
        with pytest.raises(BadConfig, match="access_key"):
            load_config(None, {"HENWISE_BUCKET_NAME": "x", "HENWISE_BUCKET_ACCESS_KEY": "a"})
        with pytest.raises(BadConfig, match="no kind of picture"):
            load_config(None, {"HENWISE_PICTURES_KEEP_DAYS": "snapshots=3"})


def test_one_picture_written_by_many_at_once_is_always_whole(tmp_path: Path):
    """As two pages of a browser do with the same photo, or two workers with a message that came twice."""
    store, key = FolderMedia(tmp_path), Named(PurePath("hill/house-2/_log/0.jpg"))
    jpeg = b"\xff\xd8" + b"x" * 300_000 + b"\xff\xd9"
    store.write([(key, jpeg)])
    seen: set[int] = set()

    def write(_: int) -> None:
        store.write([(key, jpeg)])
        seen.add(len(store.read(key) or b""))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    assert seen == {len(jpeg)}
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["0.jpg"]


def test_what_a_killed_writer_left_aside_goes_and_another_workers_stays(tmp_path: Path):
    folder = tmp_path / "hill"
    folder.mkdir()
    left, under_way, picture = folder / "1.0a.part", folder / "2.0b.part", folder / "1.jpg"
    for file in (left, under_way, picture):
        file.write_bytes(JPEG)
    for file in (left, picture):
        os.utime(file, (time.time() - 2 * 3600,) * 2)
    FolderMedia(tmp_path).open()
    assert sorted(file.name for file in folder.iterdir()) == ["1.jpg", "2.0b.part"]
