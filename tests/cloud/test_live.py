import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from cloud.api.models import HousePatch
from cloud.errors import StoreUnavailable
from cloud.live import QUEUE_PATCHES, Changes, Feed, Hub, Numbered

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOUSE = ("hill", "house-2")


def patch(members: Iterable[str] = ()) -> HousePatch:
    return HousePatch(now=NOW, **{key: [] for key in members})


def numbered() -> Numbered:
    return Numbered(1, patch())


def soon() -> float:
    return asyncio.get_running_loop().time() + 60


async def test_every_listener_of_the_house_gets_the_patch_and_others_do_not():
    hub = Hub()
    with hub.attach(*HOUSE) as one, hub.attach(*HOUSE) as two, hub.attach("hill", "house-3") as other:
        hub.publish(*HOUSE, numbered())
        assert await one.next_before(soon()) == await two.next_before(soon()) == numbered()
        assert await other.next_before(asyncio.get_running_loop().time() + 0.01) is None
    assert not hub.listened(*HOUSE)


async def test_a_slow_listener_is_dropped_and_the_others_are_not():
    hub = Hub()
    with hub.attach(*HOUSE) as slow, hub.attach(*HOUSE) as quick:
        for _ in range(QUEUE_PATCHES + 5):
            hub.publish(*HOUSE, numbered())
            assert await quick.next_before(soon()) is not None
        assert slow.ended
        assert not quick.ended
        received = [await slow.next_before(soon()) for _ in range(QUEUE_PATCHES + 1)]
    assert received == [numbered()] * QUEUE_PATCHES + [None]


async def test_streams_are_counted_by_reader_and_only_while_they_are_read():
    hub = Hub()
    with hub.attach(*HOUSE, "li"), hub.attach("hill", "house-3", "li"), hub.attach(*HOUSE, "mei"):
        assert (hub.read_by("li"), hub.read_by("mei"), hub.read_by("wang")) == (2, 1, 0)
    assert (hub.read_by("li"), hub.read_by("mei")) == (0, 0)


async def test_closing_ends_listeners_of_now_and_later():
    hub = Hub()
    with hub.attach(*HOUSE) as consumer:
        hub.close()
        assert await consumer.next_before(soon()) is None
    with hub.attach(*HOUSE) as late:
        assert await late.next_before(soon()) is None


async def test_changes_of_a_moment_become_one_patch_with_only_the_changed_members():
    hub, built = Hub(), []

    def build(farm: str, house: str, members: Iterable[str]) -> HousePatch:
        built.append((farm, house, tuple(members)))
        return patch(built[-1][2])

    feed = Feed(hub, build)
    with hub.attach(*HOUSE) as consumer:
        feed.changed(*HOUSE, {"climate"})
        feed.changed(*HOUSE, {"counts"})
        feed.changed("hill", "nobody-listens", {"counts"})
        task = asyncio.create_task(feed.run())
        received = await consumer.next_before(soon())
        task.cancel()
    assert built == [(*HOUSE, ("climate", "counts"))]
    assert received is not None
    assert received.number == 2
    assert received.patch.model_fields_set == {"now", "climate", "counts"}


async def test_a_store_that_is_away_costs_one_patch_not_the_stream():
    hub, answers = Hub(), [StoreUnavailable("away"), patch()]

    def build(_farm: str, _house: str, _members: Iterable[str]) -> HousePatch:
        answer = answers.pop(0)
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    feed = Feed(hub, build)
    with hub.attach(*HOUSE) as consumer:
        task = asyncio.create_task(feed.run())
        feed.changed(*HOUSE, {"climate"})
        await asyncio.sleep(0.1)
        feed.changed(*HOUSE, {"climate"})
        assert await consumer.next_before(soon()) == Numbered(2, patch())
        task.cancel()


class TestChanges:
    def test_who_comes_back_gets_what_changed_meanwhile(self):
        changes = Changes()
        changes.note(*HOUSE, {"climate", "counts"})
        heard = changes.event_id(changes.number(*HOUSE))
        assert changes.since(*HOUSE, heard) == []
        changes.note(*HOUSE, {"counts"})
        changes.note("hill", "house-3", {"climate"})
        assert changes.since(*HOUSE, heard) == ["counts"]

    def test_what_another_run_or_nobody_said_is_no_place_to_go_on_from(self):
        changes = Changes()
        changes.note(*HOUSE, {"climate"})
        for event_id in ("", Changes().event_id(0), f"{changes.run}-2", f"{changes.run}-", f"{changes.run}--1", "1"):
            assert changes.since(*HOUSE, event_id) is None
