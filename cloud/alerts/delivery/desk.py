"""Notifications as one part of the service: plans, sends, tests a channel, takes answers."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from cloud.alerts.delivery import compose
from cloud.alerts.delivery.audience import name_of
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.keys import Keys, load_keys
from cloud.alerts.delivery.links import SNOOZE_MS, Link, Signer
from cloud.alerts.delivery.outgoing import Attach, Writer
from cloud.alerts.delivery.planner import Planner, new_id
from cloud.alerts.delivery.post_office import PostOffice
from cloud.alerts.delivery.sender import Sender
from cloud.alerts.delivery.sources import AlertSource, PeopleSource
from cloud.config import CloudConfig
from cloud.errors import TooManyTests
from cloud.store import notifications, sent
from cloud.store.alerts import Transition as Happened
from cloud.store.channels import KeptChannel
from cloud.store.media import Media
from cloud.store.notifications import Letter
from cloud.store.records import Records
from cloud.store.sent import Sent
from cloud.store.zones import Zones

PLAN_S: Final = 5.0
FORGET_S: Final = 24 * 3600.0
TEST: Final = "test"
TESTS_A_MINUTE: Final = 6
"""To one person or one farm's chats: nobody's bot shall be flooded by way of us."""
MAINLAND_ZONES: Final = frozenset(
    {"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC"}
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the desk needs to know beside the records.

    Attributes:
        keys: the service's secrets.
        egress: which hosts may be addressed.
        smtp: the service's own mail server as an Apprise URL; None: it has none.
        mainland: messengers' bots come first, since browsers' push mostly can't be delivered.
    """

    keys: Keys
    egress: Egress
    smtp: str | None
    mainland: bool

    @classmethod
    def of(cls, config: CloudConfig) -> Self:
        """Return what the configuration says; makes the secrets at the first start.

        Raises:
            CannotStart: the secrets can't be read or made.
        """
        notify = config.notify
        mainland = config.time_zone in MAINLAND_ZONES if notify.mainland is None else notify.mainland
        egress = Egress(notify.private_hosts, tuple(host.lower().rstrip(".") for host in notify.allowed_hosts))
        smtp = notify.smtp.get_secret_value() if notify.smtp else None
        return cls(load_keys(config.data_dir), egress, smtp, mainland)


class NotificationDesk:
    """Everything between an alert and a phone.

    Args:
        records: where all of it is kept.
        alerts: the alerts.
        people: whom they concern; read by the API too.
        config: the service's configuration.
        setting: what follows from it.
        media: the pictures.
        attach: makes the files of reports.
    """

    def __init__(
        self,
        records: Records,
        alerts: AlertSource,
        people: PeopleSource,
        config: CloudConfig,
        setting: Setting,
        media: Media,
        attach: Attach | None = None,
    ) -> None:
        self.setting = setting
        self.signer = Signer(setting.keys.links)
        self._records = records
        self._alerts = alerts
        self.people = people
        self._planner = Planner(records, alerts, people, Zones(records, config.zone))
        url = config.http.public_url
        writer = Writer(self.signer, url, media, attach)
        contact = config.notify.contact or (url if url and url.startswith("https://") else NOBODY)
        office = PostOffice(writer, setting.keys, setting.egress, contact, setting.smtp)
        self._sender = Sender(records, office, people)
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at once: something happened to an alert. From the event loop's thread."""
        self._news.set()

    async def plan(self) -> None:
        """Plan until cancelled."""
        forget_at = 0.0
        while True:
            self._news.clear()
            if await asyncio.to_thread(self._planner.plan):
                self._sender.wake()
            now_s = asyncio.get_running_loop().time()
            if now_s >= forget_at:
                forget_at = now_s + FORGET_S
                await asyncio.to_thread(notifications.forget_old, self._records, _now_ms())
            await _first_of(self._news, PLAN_S)

    async def send(self) -> None:
        """Send until cancelled."""
        await self._sender.run()

    def test(self, channel: KeptChannel, farm: str) -> str:
        """Put a real message on its way over one channel and return its id; blocking.

        Raises:
            TooManyTests: its owner has tried channels so often that they have to wait.
        """
        recipient, now_ms = name_of(channel.owner.user), _now_ms()
        if notifications.sent_since(self._records, farm, recipient, TEST, now_ms - 60_000) >= TESTS_A_MINUTE:
            raise TooManyTests("too many test messages; wait a minute")
        letter = Letter(
            id=new_id(),
            farm=farm,
            house=None,
            recipient=recipient,
            user=channel.owner.user,
            purpose=TEST,
            content=compose.trial(channel.label),
            channels=(channel.id,),
        )
        notifications.post(self._records, letter, now_ms)
        return letter.id

    def wake_sender(self) -> None:
        """Send at once. From the event loop's thread."""
        self._sender.wake()

    def read(self, token: str) -> tuple[Link, Sent] | None:
        """Return what a link allows and the message it stood in; None: it is void. Blocking."""
        link = self.signer.read(token, _now_ms())
        message = sent.find(self._records, link.notification) if link else None
        if link is None or message is None or (message.user or 0) != link.user:
            return None
        return link, message

    def may_answer(self, message: Sent) -> bool:
        """Say whether the receiver of a message may still answer it. Blocking."""
        if message.user is None:
            return True
        return any(person.user == message.user for person in self.people.answering(message.farm))

    def answer(self, link: Link, message: Sent) -> list[Happened]:
        """Do what a link says, in the name of the message's receiver; return what happened by it. Blocking."""
        now_ms, by = _now_ms(), message.name or GROUP_NAME
        if link.deed == "acknowledge":
            return self._alerts.acknowledge(message.farm, message.content.alerts, by, now_ms)
        return self._alerts.snooze(message.farm, message.content.alerts, by, now_ms + SNOOZE_MS, now_ms)


GROUP_NAME: Final = "group chat"
"""Who answered, when it was pressed in a message to a group."""
NOBODY: Final = "mailto:nobody@henwise.invalid"
"""Push services may write here when no ``notify.contact`` is set; Apple's wants a real one."""


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


async def _first_of(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
