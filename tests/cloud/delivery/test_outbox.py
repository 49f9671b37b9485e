"""Planning and sending over real records, with channels that are handed in."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from cloud.alerts.delivery.audience import name_of
from cloud.alerts.delivery.content import Content, Words
from cloud.alerts.delivery.notice import Alert, Transition
from cloud.alerts.delivery.planner import Planner
from cloud.alerts.delivery.sender import SLOTS, Sender
from cloud.errors import StoreUnavailable
from cloud.store import channels, deliveries, farms, notifications
from cloud.store.channels import DEAD_AFTER, KeptChannel, Owner, Trouble
from cloud.store.deliveries import EACH_ORGANISATION, EACH_OWNER, GIVE_UP_MS, LEASE_MS, Claimed
from cloud.store.notifications import Letter
from cloud.store.records import Records, add
from cloud.store.tables import Channel, Delivery, Notification, User
from cloud.store.zones import Zones
from tests.cloud.delivery.conftest import channel
from tests.cloud.delivery.farmyard import MINUTE, NOON, ZONE, HandWritten


@dataclass
class Office:
    """Takes what it is given, or answers with the trouble of a channel."""

    troubles: dict[int, Trouble] = field(default_factory=dict)
    sent: list[tuple[int, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def send(self, one: Claimed, now_ms: int) -> Trouble:
        trouble = self.troubles.get(one.channel.id, "")
        if not trouble:
            self.sent.append((one.channel.id, one.notification))
            self.bodies.append(one.content.words["en"].subject)
        return trouble


@dataclass
class Clock:
    now_ms: int = NOON

    def __call__(self) -> int:
        return self.now_ms


def opened(name: str = "a-1", level: str = "severe") -> Alert:
    return Alert(name, "hill", "house-2", "too-warm", level, True, (Transition(1, NOON, "opened", level),))  # type: ignore[arg-type]


def plan(records: Records, farm: HandWritten, minutes: int = 1) -> int:
    now = datetime.fromtimestamp((NOON + minutes * MINUTE) / 1000, UTC)
    return Planner(records, farm, farm, Zones(records, ZONE)).plan(now)


def state(records: Records, channel: KeptChannel) -> tuple[str, str]:
    with records.reading() as connection:
        row = connection.execute(select(Channel.state, Channel.trouble).where(Channel.id == channel.id)).one()
    return row.state, row.trouble


async def test_an_alert_becomes_a_message_over_every_channel_of_the_first_person(records: Records, farm: HandWritten):
    mine, other = channel(records, "json://a"), channel(records, "json://b")
    channel(records, "json://c", Owner(user=2))
    farm.alerts["a-1"] = opened()
    assert (plan(records, farm), plan(records, farm)) == (1, 0)
    office = Office()
    sender = Sender(records, office, farm, Clock(NOON + MINUTE))
    assert await sender.send_due() == 2
    assert sorted(id_ for id_, _ in office.sent) == [mine.id, other.id]
    assert office.bodies[0] == "Act now: House 2, Too warm"
    assert await sender.send_due() == 0
    assert state(records, mine) == ("working", "")


async def test_planners_and_senders_side_by_side_say_everything_once(records: Records, farm: HandWritten):
    for number in range(6):
        channel(records, f"json://{number}")
    for number in range(5):
        farm.alerts[f"a-{number}"] = opened(f"a-{number}")
    planned = await asyncio.gather(*(asyncio.to_thread(plan, records, farm) for _ in range(8)))
    assert sum(planned) == 1
    office = Office()
    workers = [Sender(records, office, farm, Clock(NOON + MINUTE)) for _ in range(6)]
    taken = await asyncio.gather(*(worker.send_due() for worker in workers))
    assert (sum(taken), len(office.sent), len(set(office.sent))) == (6, 6, 6)


async def test_a_dead_workers_message_is_sent_again_with_the_same_id_when_its_lease_is_over(
    records: Records, farm: HandWritten
):
    channel(records, "json://a")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    [taken] = deliveries.claim(records, "dead", NOON + MINUTE)
    clock, office = Clock(NOON + MINUTE + LEASE_MS - 1), Office()
    sender = Sender(records, office, farm, clock)
    assert await sender.send_due() == 0
    clock.now_ms += 1
    assert await sender.send_due() == 1
    assert office.sent == [(taken.channel.id, taken.notification)]
    deliveries.delivered(records, "dead", taken, clock.now_ms)  # what the dead one might still say changes nothing
    assert deliveries.claim(records, "third", NOON + 100 * MINUTE) == []


async def test_a_slow_service_keeps_its_lease(records: Records, farm: HandWritten):
    channel(records, "json://a")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    [taken] = deliveries.claim(records, "slow", NOON + MINUTE)
    deliveries.hold(records, "slow", [taken], NOON + MINUTE + LEASE_MS - 1)
    assert deliveries.claim(records, "other", NOON + MINUTE + LEASE_MS) == []
    assert len(deliveries.claim(records, "other", NOON + MINUTE + 2 * LEASE_MS)) == 1


async def test_a_slow_channel_does_not_keep_the_others_waiting(records: Records, farm: HandWritten):
    slow, quick = channel(records, "json://slow"), channel(records, "json://quick")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    let_go, went = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Uneven(Office):
        def send(self, one: Claimed, now_ms: int) -> Trouble:
            if one.channel.id == slow.id:
                let_go.wait(300)
            trouble = super().send(one, now_ms)
            loop.call_soon_threadsafe(went.set)
            return trouble

    office = Uneven()
    running = asyncio.create_task(Sender(records, office, farm, Clock(NOON + MINUTE)).run())
    try:
        await asyncio.wait_for(went.wait(), 60)
    finally:
        let_go.set()
        running.cancel()
    assert [id_ for id_, _ in office.sent][:1] == [quick.id]


@pytest.mark.parametrize("farm_of_the_other", ["hill", "valley"])
async def test_slow_channels_leave_room_for_those_of_others(
    records: Records, farm: HandWritten, farm_of_the_other: str
):
    with records.writing() as connection:
        for name in ("hill", "valley"):
            farms.claim(connection, name, farms.make_organisation(connection, name, NOON), NOON)
    slow = [channel(records, f"json://slow-{number}") for number in range(SLOTS + 4)]
    for number, one in enumerate(slow):
        post(records, f"slow-{number}", "hill", one)
    other = channel(records, "json://other", Owner(user=2))
    post(records, "other", farm_of_the_other, other)
    let_go, went = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Uneven(Office):
        def send(self, one: Claimed, now_ms: int) -> Trouble:
            if one.channel.id == other.id:
                loop.call_soon_threadsafe(went.set)
            else:
                let_go.wait(300)
            return super().send(one, now_ms)

    running = asyncio.create_task(Sender(records, Uneven(), farm, Clock(NOON + MINUTE)).run())
    try:
        await asyncio.wait_for(went.wait(), 60)
    finally:
        let_go.set()
        running.cancel()


async def test_an_organisation_takes_half_of_the_places_at_most(records: Records, farm: HandWritten):
    with records.writing() as connection:
        farms.claim(connection, "hill", farms.make_organisation(connection, "ours", NOON), NOON)
        for number in range(3, 6):
            add(connection, User, {"id": number, "name": f"n-{number}", "password_hash": "-", "created_ms": NOON})
    for user in range(1, 6):
        for number in range(EACH_OWNER):
            post(records, f"m-{user}-{number}", "hill", channel(records, f"json://{user}-{number}", Owner(user=user)))
    taken = deliveries.claim(records, "worker", NOON, SLOTS)
    assert len(taken) == EACH_ORGANISATION
    assert deliveries.claim(records, "worker", NOON, SLOTS, taken) == []
    assert len(deliveries.claim(records, "worker", NOON, SLOTS, taken[1:])) == 1


async def test_a_clock_that_is_set_back_keeps_no_message_waiting(records: Records, farm: HandWritten):
    mine = channel(records, "json://mei")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    clock, office = Clock(NOON + MINUTE), Office({mine.id: "unreachable"})
    sender = Sender(records, office, farm, clock)
    assert await sender.send_due() == 1
    clock.now_ms -= 24 * 60 * MINUTE
    office.troubles.clear()
    assert await sender.send_due() == 1
    assert [id_ for id_, _ in office.sent] == [mine.id]
    assert await sender.send_due() == 0


async def test_who_has_left_the_farm_meanwhile_is_not_told(records: Records, farm: HandWritten):
    channel(records, "json://mei")
    group = channel(records, "wecombot://x", Owner(farm="hill"), "wecom")
    farm.alerts["a-1"] = opened()
    assert plan(records, farm) == 2
    farm.people = farm.people[1:]
    office = Office()
    await Sender(records, office, farm, Clock(NOON + MINUTE)).send_due()
    assert [id_ for id_, _ in office.sent] == [group.id]
    with records.reading() as connection:
        assert connection.scalars(select(Delivery.channel_id)).all() == [group.id]


def post(records: Records, name: str, farm: str, over: KeptChannel) -> None:
    """Put a message on its way over one channel."""
    words = Words(subject="Too warm", body="It is 34 °C.")
    content = Content(words={"en": words, "zh": words}, level="severe")
    user = over.owner.user
    letter = Letter(name, farm, "house-2", name_of(user), user, "opened", content, (over.id,))
    assert notifications.post(records, letter, NOON)


async def test_failed_tries_come_back_further_and_further_apart_and_end(records: Records, farm: HandWritten):
    mine = channel(records, "json://a")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    clock, office = Clock(NOON + MINUTE), Office({mine.id: "unreachable"})
    sender, tried = Sender(records, office, farm, clock), []
    for second in range(0, 400, 5):
        clock.now_ms = NOON + MINUTE + second * 1000
        if await sender.send_due():
            tried.append(second)
    assert tried == [0, 15, 45, 105, 225]
    clock.now_ms = NOON + MINUTE + GIVE_UP_MS
    assert await sender.send_due() == 1
    with records.reading() as connection:
        assert connection.scalar(select(Delivery.state)) == "failed"


async def test_a_store_that_is_away_is_no_fault_of_the_channel(records: Records, farm: HandWritten):
    mine = channel(records, "json://a")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    clock = Clock(NOON + MINUTE)

    class Away(Office):
        def send(self, one: Claimed, now_ms: int) -> Trouble:
            raise StoreUnavailable("the bucket is away")

    for _ in range(DEAD_AFTER["failed"]):
        assert await Sender(records, Away(), farm, clock).send_due() == 1
        clock.now_ms += LEASE_MS
    assert state(records, mine) == ("new", "")
    office = Office()
    assert await Sender(records, office, farm, clock).send_due() == 1
    assert [id_ for id_, _ in office.sent] == [mine.id]


async def test_nobody_waits_for_a_person_whose_channels_are_all_dead(records: Records, farm: HandWritten):
    meis, wangs = channel(records, "json://mei"), channel(records, "json://wang", Owner(user=2))
    with records.writing() as connection:
        connection.execute(update(Channel).where(Channel.id == meis.id).values(state="dead"))
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    with records.reading() as connection:
        assert connection.scalars(select(Delivery.channel_id)).all() == [wangs.id]
    channels.remove(records, Owner(user=2), wangs.id)
    farm.alerts["a-2"] = opened("a-2")
    plan(records, farm, 2)
    with records.reading() as connection:
        assert set(connection.scalars(select(Delivery.channel_id))) == {meis.id}, "better that than nobody"


@pytest.mark.parametrize("trouble", ["unreachable", "refused", "not_allowed"])
async def test_a_channel_that_keeps_failing_is_dead_and_its_person_is_told_on_another(
    records: Records, farm: HandWritten, trouble: Trouble
):
    broken, good = channel(records, "json://broken"), channel(records, "json://good")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    clock, office = Clock(NOON + MINUTE), Office({broken.id: trouble})
    sender = Sender(records, office, farm, clock)
    for _ in range(DEAD_AFTER[trouble]):
        await sender.send_due()
        clock.now_ms += 5 * MINUTE
    await sender.send_due()
    assert state(records, broken) == ("dead", trouble)
    assert {id_ for id_, _ in office.sent} == {good.id}
    assert office.bodies == ["Act now: House 2, Too warm", "Alerts no longer arrive at “the webhook”"]

    office.troubles.clear()
    clock.now_ms += 20 * MINUTE
    await sender.send_due()
    assert state(records, broken) == ("working", "")
    assert (broken.id, office.sent[0][1]) in office.sent


async def test_when_a_person_has_no_other_channel_the_next_person_is_told(records: Records, farm: HandWritten):
    broken, wangs = channel(records, "json://broken"), channel(records, "json://wang", Owner(user=2))
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    office = Office({broken.id: "not_allowed"})
    sender = Sender(records, office, farm, Clock(NOON + MINUTE))
    await sender.send_due()
    await sender.send_due()
    assert [id_ for id_, _ in office.sent] == [wangs.id]
    with records.reading() as connection:
        content = connection.scalar(select(Notification.content).where(Notification.purpose == "channel"))
    assert "It is 34 °C" in str(content)  # what was not delivered is not lost


async def test_a_browser_that_is_gone_is_removed_and_its_message_goes_elsewhere(records: Records, farm: HandWritten):
    browser = channel(records, '{"endpoint":"x"}', kind="push")
    wangs = channel(records, "json://wang", Owner(user=2))
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    office = Office({browser.id: "gone"})
    sender = Sender(records, office, farm, Clock(NOON + MINUTE))
    await sender.send_due()
    await sender.send_due()
    assert channels.of(records, Owner(user=1)) == []
    assert [id_ for id_, _ in office.sent] == [wangs.id]


async def test_a_group_chat_is_told_and_a_farm_without_channels_says_nothing(records: Records, farm: HandWritten):
    farm.alerts["a-1"] = opened()
    assert plan(records, farm) == 0
    group = channel(records, "wecombot://x", Owner(farm="hill"), "wecom")
    assert plan(records, farm, 2) == 1
    office = Office()
    await Sender(records, office, farm, Clock(NOON + 2 * MINUTE)).send_due()
    assert [id_ for id_, _ in office.sent] == [group.id]


def test_what_was_said_half_a_year_ago_is_forgotten_with_its_deliveries(records: Records, farm: HandWritten):
    channel(records, "json://a")
    farm.alerts["a-1"] = opened()
    plan(records, farm)
    with records.writing() as connection:
        connection.execute(update(Notification).values(at_ms=0))
    notifications.forget_old(records, NOON)
    with records.reading() as connection:
        assert connection.execute(select(Delivery.notification)).all() == []
