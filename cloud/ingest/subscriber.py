"""The MQTT side of ingest: hears, acknowledges, and lends its connection to the courier.

The session is persistent, so that the broker holds what comes while the service restarts. What does not fit into
memory while a disk is full is dropped: the edge sends it again, because nothing was acknowledged.
"""

import asyncio
import logging
import random
import secrets
import ssl
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import aiomqtt

from cloud.broker.tls import tls_context
from cloud.config import BrokerConfig, IngestConfig
from cloud.errors import StoreUnavailable
from cloud.ingest.courier import Courier
from cloud.ingest.fairness import Fairness
from cloud.ingest.settling import Outcome, Settler
from cloud.ingest.sorting import Arrived, is_state
from cloud.leader import Leadership
from cloud.signals import Signal
from cloud.store.ledger import Range
from cloud.vitals import Vitals
from contract import topics
from contract.messages import Committed, Lacking, SeqRange, encode
from contract.place import Place

log = logging.getLogger(__name__)

QUEUE_BYTES = 64 * 1024 * 1024
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
POLL_S = 0.01
ACKNOWLEDGE_WITHIN_S = 5.0
TOLD_AT_ONCE = 50
"""For each message on its way the client looks through all that are."""
TELL_EVERY = 10_000
GROUP = "henwise"
STATE = [one for one in topics.subscription("edge") if is_state(one)]
EVENTS = [one for one in topics.subscription("edge") if not is_state(one)]

Told = Callable[[Signal], None]


class BoundedQueue(asyncio.Queue[aiomqtt.Message]):
    """What arrived and is not settled yet, bounded by the bytes of the payloads and by what a device may send."""

    def __init__(self, fairness: Fairness, vitals: Vitals) -> None:
        super().__init__()
        self._fairness = fairness
        self._vitals = vitals
        self._bytes = 0

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Add a message; the client drops it and goes on when this raises ``asyncio.QueueFull``."""
        if not self._fairness.admits(str(item.topic), time.monotonic()):
            self._vitals.throttled += 1
            if self._vitals.throttled % TELL_EVERY == 1:
                log.warning("%s floods: what it sends above its rate is dropped", item.topic)
            raise asyncio.QueueFull
        if self._bytes + len(item.payload) > QUEUE_BYTES:
            raise asyncio.QueueFull
        super().put_nowait(item)

    def _put(self, item: aiomqtt.Message) -> None:
        self._bytes += len(item.payload)
        super()._put(item)

    def _get(self) -> aiomqtt.Message:
        item = super()._get()
        self._bytes -= len(item.payload)
        return item


class Subscriber:
    """Hears all edge devices, settles batches, acknowledges.

    Args:
        broker: where it listens.
        batching: how messages are gathered.
        settler: writes batches.
        vitals: told how it goes.
        told: called on the event loop with what a settled batch changed.
        courier: carries verdicts over the same connection, while this process leads.
        leadership: the leader hears the retained state, which a shared subscription would not bring.
    """

    def __init__(
        self,
        broker: BrokerConfig,
        batching: IngestConfig,
        settler: Settler,
        vitals: Vitals,
        told: Told,
        courier: Courier,
        leadership: Leadership,
    ) -> None:
        self._broker = broker
        self._batching = batching
        self._settler = settler
        self._vitals = vitals
        self._told = told
        self._courier = courier
        self._leadership = leadership
        self._fairness = Fairness(batching.device_messages_per_s)
        self._tls: ssl.SSLContext | None = None
        self._queue = BoundedQueue(self._fairness, self._vitals)

    def prepare(self) -> None:
        """Read the certificates.

        Raises:
            CannotStart: the file of the certificate authority can't be used.
        """
        self._tls = tls_context(self._broker)

    async def run(self) -> None:
        """Connect, listen, and connect again for ever; ends only by being cancelled."""
        wait_s = FIRST_WAIT_S
        where = f"{self._broker.host}:{self._broker.port}"
        while True:
            try:
                async with self._client() as client:
                    await client.subscribe([(self._filter(one), 1) for one in EVENTS])
                    self._vitals.broker_connected = True
                    log.info("listening to the broker at %s", where)
                    wait_s = FIRST_WAIT_S
                    await _together(self._listen(client), self._leadership.leading(lambda: self._lead(client)))
            except aiomqtt.MqttError as error:
                log.warning("the broker at %s can't be heard (%s); trying again in %.1f s", where, error, wait_s)
            finally:
                self._vitals.broker_connected = False
            await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))  # noqa: S311  # spreads reconnects, hides nothing
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _client(self) -> aiomqtt.Client:
        password = self._broker.password
        self._queue = BoundedQueue(self._fairness, self._vitals)
        quiet = logging.getLogger(f"{__name__}.client")
        # The client would report each message dropped while a disk is full; one sentence about the disk is enough.
        quiet.setLevel(logging.ERROR)
        more: dict[str, Any] = {"identifier": self._broker.client_id, "clean_session": False}
        if self._batching.shared:
            # A worker's share must not wait for it at the broker: what it did not settle is sent again to others.
            identifier = f"{self._broker.client_id}-{secrets.token_hex(4)}"
            more = {"identifier": identifier, "protocol": aiomqtt.ProtocolVersion.V5, "clean_start": True}
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=password.get_secret_value() if password else None,
            # The queue is kept at hand: the client's own way to a message starts a task for each.
            queue_type=cast("type[BoundedQueue]", lambda maxsize: self._queue),  # noqa: ARG005  # it has a limit of its own
            tls_context=self._tls,
            logger=quiet,
            **more,
        )

    def _filter(self, topic: str) -> str:
        return f"$share/{GROUP}/{topic}" if self._batching.shared else topic

    async def _lead(self, client: aiomqtt.Client) -> None:
        """Hear the devices' state and carry mail, until another process leads."""
        await client.subscribe([(one, 1) for one in STATE])
        try:
            await self._courier.run(client)
        finally:
            with suppress(aiomqtt.MqttError):
                await client.unsubscribe(STATE, timeout=ACKNOWLEDGE_WITHIN_S)

    async def _listen(self, client: aiomqtt.Client) -> None:
        # What is on the disk is told while the next batch is on its way there.
        telling = asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                batch = await self._gather(client)
                outcome = await self._settle(batch)
                self._note(outcome)
                await telling
                telling = asyncio.create_task(_acknowledge(client, outcome))
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    def _note(self, outcome: Outcome) -> None:
        self._vitals.messages += outcome.messages
        self._vitals.kept_aside += outcome.kept_aside
        self._vitals.points += outcome.points
        self._vitals.held += outcome.held
        self._told(outcome.signal)

    async def _gather(self, client: aiomqtt.Client) -> list[Arrived]:
        """Wait for a message, then for a short while for more; what is there is taken at once."""
        queue, batch = self._queue, [_arrived(await anext(client.messages))]
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + self._batching.batch_s
        while 1 + queue.qsize() < self._batching.batch_messages and loop.time() < deadline_s:  # noqa: ASYNC110  # a queue has no event for a length
            await asyncio.sleep(POLL_S)
        while len(batch) < self._batching.batch_messages and not queue.empty():
            batch.append(_arrived(queue.get_nowait()))
        return batch

    async def _settle(self, batch: Sequence[Arrived]) -> Outcome:
        """Settle a batch, again and again until the disk takes it."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                outcome = await _finished(asyncio.create_task(asyncio.to_thread(self._settler.settle, batch)))
            except StoreUnavailable as error:
                self._vitals.store_writable = False
                log.error(  # noqa: TRY400  # a full disk needs a sentence, not a traceback
                    "%d messages wait, nothing is acknowledged (%s); trying again in %.1f s", len(batch), error, wait_s
                )
            else:
                self._vitals.store_writable = True
                return outcome
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def _together(*works: Coroutine[None, None, None]) -> None:
    """Do all of these until one ends or fails; then end the others."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


async def _finished(task: asyncio.Task[Outcome]) -> Outcome:
    """Wait for a task; when the service ends meanwhile, let it come to its end first."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _acknowledge(client: aiomqtt.Client, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    told: list[tuple[Place, Committed | Lacking]] = [
        (place, Committed(device=place.device, at=now, ranges=ranges))
        for place, ranges in _by_place(outcome.settled).items()
    ]
    for place, ranges in _by_place(outcome.lacking).items():
        log.warning("%s says it gave us %d ranges of events that are not here: asked for", place, len(ranges))
        told.append((place, Lacking(device=place.device, at=now, ranges=ranges)))
    for start in range(0, len(told), TOLD_AT_ONCE):
        some = told[start : start + TOLD_AT_ONCE]
        # Not a task group: the caller waits for MqttError, not for a group of them.
        await asyncio.gather(*(_tell(client, place, message) for place, message in some))


def _by_place(ranges: Mapping[tuple[Place, str], Sequence[Range]]) -> dict[Place, list[SeqRange]]:
    found: dict[Place, list[SeqRange]] = {}
    for (place, boot), some in ranges.items():
        found.setdefault(place, []).extend(SeqRange(boot=boot, first=first, last=last) for first, last in some)
    return found


async def _tell(client: aiomqtt.Client, place: Place, message: Committed | Lacking) -> None:
    # A client whose broker is gone notices it here only by waiting in vain.
    await client.publish(topics.build(place, type(message)), encode(message), qos=1, timeout=ACKNOWLEDGE_WITHIN_S)


def _arrived(message: aiomqtt.Message) -> Arrived:
    return Arrived(str(message.topic), message.payload, retained=message.retain)
