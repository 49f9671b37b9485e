"""Outbox -> MQTT at QoS 1; the only file of the edge that knows the MQTT client.

At each connect the device says what it is (Announcement) and how it does (Status), both retained; the broker says
"offline" for it when it vanishes. Rows go out live ones first, then the backlog; the broker's acknowledgement only
stops the resending in flight, a row is forgotten when the cloud says ``Committed``. Reconnects for ever.
"""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiomqtt

from contract.errors import BadInput
from contract.messages import KEPT_RANGES_MAX, Announcement, Committed, Lacking, Message, State, Status, encode
from contract.place import Place
from contract.topics import LEAVES, VISION, build, client_id, decode, leaf_of
from edge import discovery
from edge.backoff import Backoff
from edge.clock import Clock
from edge.config import BrokerConfig
from edge.errors import BrokerAway
from edge.outbox import Outbox
from edge.outbox_rows import Row
from edge.pacing import Pace
from edge.secret import read_secret
from edge.window import Window

log = logging.getLogger(__name__)

DELAYED_AFTER_MS = 60_000
BATCH_ROWS = 20
LIVE_ROWS = 40
"""So many rows on their way are never backlog: a slow cloud must not keep live data waiting."""
PAUSE_S = 0.2
IDLE_S = 1.0
"""When all that waits is on its way; a commit wakes us at once."""
KEPT_TOLD_EVERY_S = 3_600.0
"""What is kept changes all the time; told so often, a cloud that was restored hears of it soon enough."""
STATUS_EVERY_S = 60.0
STATUS_LOOK_S = 5.0
"""A part that fails or recovers is told this soon, not only with the next minute."""
GOODBYE_S = 1.5
STEADY_S = 60.0
"""A connection that held this long was a success; the next attempt starts without delay."""


class Publisher:
    """Carries the outbox to the cloud.

    Args:
        broker: where to.
        place: who we are.
        outbox: what to carry.
        announcement: says what the device has.
        status: says how it does, online.
        clock: what time it is.
        heard: class of what people say -> what takes it, in a thread of its own; it answers through the outbox.
        speaks: this process says what the device has and how it does; False: another one does (see ``edge.board``).
        window: which rows are out; handed in by tests that want a smaller one.
        pace: how fast the backlog goes.
    """

    def __init__(
        self,
        broker: BrokerConfig,
        place: Place,
        outbox: Outbox,
        *,
        announcement: Callable[[], Announcement],
        status: Callable[[], Status],
        clock: Clock | None = None,
        heard: Mapping[type[Message], Callable[[Any], object]] | None = None,
        speaks: bool = True,
        window: Window | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._broker = broker
        self._place = place
        self._outbox = outbox
        self._announcement = announcement
        self._status = status
        self._clock = clock or Clock()
        self._heard = heard or {}
        self._speaks = speaks
        self._window = window or Window()
        self._pace = pace or Pace()
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._announced: Announcement | None = None
        self._announced_s = 0.0
        self.problem = "not connected yet"
        """Why nothing is sent just now, as a sentence; empty while connected."""

    async def run(self) -> None:
        """Connect and carry, again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        self._outbox.on_commit(lambda: loop.call_soon_threadsafe(self._wake.set))
        backoff = Backoff()
        while True:
            started_s = time.monotonic()
            try:
                # A task of its own: a task group leaves its mark on the task it failed in (see _heed_cancellation).
                await asyncio.create_task(self._one_connection(), name="connection")
            except* (aiomqtt.MqttError, BrokerAway) as lost:
                self._lost(lost)
            _heed_cancellation()  # one that came while the connection was being closed
            if time.monotonic() - started_s > STEADY_S:
                backoff.reset()
            await asyncio.sleep(backoff.next_s())

    async def _one_connection(self) -> None:
        try:
            async with self._client() as client:
                try:
                    await self._greet(client)
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._listen(client), name="listen")
                        tasks.create_task(self._carry(client), name="carry")
                        if self._speaks:
                            tasks.create_task(self._tell_state(client), name="tell state")
                except asyncio.CancelledError:
                    await self._say_goodbye(client)
                    raise
        except OSError as error:
            raise BrokerAway(str(error)) from error

    def _client(self) -> aiomqtt.Client:
        will = None
        if self._speaks:
            will = aiomqtt.Will(build(self._place, Status), encode(self._offline()), qos=1, retain=True)
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.tcp_port,
            username=self._broker.username if self._speaks else self._broker.vision_name,
            password=_password(self._broker),
            identifier=client_id(self._place) + ("" if self._speaks else VISION),
            will=will,
            keepalive=self._broker.keepalive_s,
            tls_context=_tls(self._broker),
            timeout=10,
        )
        client.pending_calls_threshold = BATCH_ROWS + 10
        return client

    async def _greet(self, client: aiomqtt.Client) -> None:
        self._window.forget()
        self._pace.begin(self._outbox.rows, time.monotonic())
        heard: list[type[Message]] = [Committed, Lacking, *self._heard]
        await client.subscribe([(build(self._place, kind), 1) for kind in heard])
        if self._speaks and self._broker.home_assistant != "off":
            await client.subscribe(discovery.BIRTH, qos=1)
        _heed_cancellation()
        if self._speaks:
            self._announced = await self._with_kept(self._announcement())
            await self._publish_state(client, self._announced)
            _heed_cancellation()
            await self._describe(client, self._announced)
        log.info("connected to %s:%d, %d events wait", self._broker.host, self._broker.tcp_port, self._outbox.rows)
        self.problem = ""

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if str(message.topic) == discovery.BIRTH:  # Home Assistant has started: it may have lost what it knew
                if self._announced is not None and message.payload == b"online":
                    await self._describe(client, self._announced)
                continue
            try:
                _place, said = decode(str(message.topic), bytes(message.payload))
            except BadInput as error:
                log.warning("ignored what came on %s: %s", message.topic, error)
                continue
            if isinstance(said, Committed):
                self._window.committed(await asyncio.to_thread(self._outbox.confirm, said.ranges))
                self._wake.set()
            elif isinstance(said, Lacking):
                back = await asyncio.to_thread(self._outbox.take_back, said.ranges)
                log.warning("the cloud lacks events it had before: %d are sent again", back)
                self._wake.set()
            elif type(said) in self._heard:
                await asyncio.to_thread(self._heard[type(said)], said)
                self._look.set()

    async def _carry(self, client: aiomqtt.Client) -> None:
        while True:
            self._wake.clear()
            late = self._window.overdue(time.monotonic())
            if late:
                log.info("%d events were not committed in time: sent again", len(late))
            rows = await self._next_rows()
            await asyncio.gather(*(self._publish_row(client, row) for row in rows))
            _heed_cancellation()
            if not rows:
                waits = self._outbox.rows - self._outbox.held_rows > len(self._window.ids)
                await _waited(self._wake, PAUSE_S if waits else IDLE_S)

    async def _next_rows(self) -> list[Row]:
        limit = min(self._window.room_rows(), BATCH_ROWS)
        if limit < 1:
            return []
        live_since_ms = self._now_ms() - DELAYED_AFTER_MS
        backlog = min(self._pace.room(time.monotonic()), max(0, self._window.room_rows() - LIVE_ROWS))
        rows = await asyncio.to_thread(
            self._outbox.waiting, live_since_ms=live_since_ms, but=self._window.ids, limit=limit, backlog=backlog
        )
        self._pace.sent(sum(row.at_ms < live_since_ms for row in rows))
        return rows

    async def _publish_row(self, client: aiomqtt.Client, row: Row) -> None:
        leaf = LEAVES[row.leaf]
        payload = _marked_late(row.payload) if row.at_ms < self._now_ms() - DELAYED_AFTER_MS else row.payload
        self._window.sent(row.id, len(payload), time.monotonic())
        await client.publish(build(self._place, leaf.message), payload, qos=leaf.qos, timeout=30)

    async def _tell_state(self, client: aiomqtt.Client) -> None:
        told_s = -STATUS_EVERY_S
        told: object = None
        while True:
            self._look.clear()
            await self._tell_news(client)
            status = self._status()
            parts = [(part.state, part.cause, part.problem) for part in status.parts]
            if parts != told or time.monotonic() - told_s >= STATUS_EVERY_S:
                await self._publish_state(client, status)
                _heed_cancellation()
                told_s, told = time.monotonic(), parts
            await _waited(self._look, STATUS_LOOK_S)

    async def _tell_news(self, client: aiomqtt.Client) -> None:
        fresh = self._announcement()
        known = self._announced
        is_old = time.monotonic() - self._announced_s >= KEPT_TOLD_EVERY_S
        if is_old or known is None or fresh.model_copy(update={"at": known.at, "kept": known.kept}) != known:
            fresh = await self._with_kept(fresh)
            self._announced = fresh
            await self._publish_state(client, fresh)
            _heed_cancellation()
            await self._describe(client, fresh)

    async def _describe(self, client: aiomqtt.Client, announced: Announcement) -> None:
        """Describe the device to Home Assistant, where that is wanted."""
        language = self._broker.home_assistant
        if language != "off":
            text = json.dumps(discovery.document(self._place, announced, language), ensure_ascii=False)
            await client.publish(discovery.topic(self._place), text.encode(), qos=1, retain=True)
            _heed_cancellation()

    async def _with_kept(self, announcement: Announcement) -> Announcement:
        self._announced_s = time.monotonic()
        kept = await asyncio.to_thread(self._outbox.kept)
        return announcement.model_copy(update={"kept": [*announcement.kept, *kept][:KEPT_RANGES_MAX]})

    async def _publish_state(self, client: aiomqtt.Client, state: State) -> None:
        leaf = leaf_of(type(state))
        await client.publish(build(self._place, type(state)), encode(state), qos=leaf.qos, retain=leaf.retained)

    def _now_ms(self) -> int:
        return int(self._clock.guess().timestamp() * 1000)

    def _offline(self) -> Status:
        return self._status().model_copy(update={"state": "offline"})

    async def _say_goodbye(self, client: aiomqtt.Client) -> None:
        if not self._speaks:
            return
        # A clean good-bye keeps the broker from sending the last will, so the same has to be said here.
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self._publish_state(client, self._offline())
        except (TimeoutError, aiomqtt.MqttError):
            log.info("the broker did not hear our good-bye")

    def _lost(self, lost: BaseExceptionGroup[Exception]) -> None:
        error: BaseException = lost
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        hint = "; check username and password_file" if isinstance(error, aiomqtt.exceptions.MqttConnectError) else ""
        problem = f"broker {self._broker.host}:{self._broker.tcp_port}: {error}{hint}"
        if problem != self.problem:
            log.warning("%s; trying again until it works", problem)
        self.problem = problem


async def _waited(event: asyncio.Event, most_s: float) -> None:
    try:
        async with asyncio.timeout(most_s):
            await event.wait()
    except TimeoutError:
        return


def _heed_cancellation() -> None:
    # aiomqtt waits with asyncio.wait_for, which in Python 3.11 swallows a cancellation that comes together with the
    # awaited answer; a loop that never hears it would keep the whole group, and the shutdown, waiting for ever.
    # Only for tasks that were made for one connection: in 3.11 a failed task group leaves its task "cancelling".
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _marked_late(payload: bytes) -> bytes:
    # Plain JSON on purpose: a row written by an older version must still go out.
    return json.dumps(json.loads(payload) | {"delayed": True}, separators=(",", ":"), ensure_ascii=False).encode()


def _password(broker: BrokerConfig) -> str | None:
    if broker.password_file is None:
        return None
    try:
        return read_secret(broker.password_file)
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerAway(f"password_file {broker.password_file} can't be read: {error}") from error


def _tls(broker: BrokerConfig) -> ssl.SSLContext | None:
    if not broker.tls:
        return None
    try:
        return ssl.create_default_context(cafile=str(broker.ca_file) if broker.ca_file else None)
    except OSError as error:
        raise BrokerAway(f"ca_file {broker.ca_file} can't be used: {error}") from error
