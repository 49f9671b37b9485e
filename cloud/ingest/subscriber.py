"""The MQTT side of ingest: hears, acknowledges, and lends its connection to the courier.

The session is persistent, so that the broker holds what comes while the service restarts. What does not fit into
memory while a disk is full is dropped: the edge sends it again, because nothing was acknowledged.
"""

import asyncio
import logging
import random
import secrets
import ssl
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiomqtt

from cloud.broker.tls import tls_context
from cloud.config import BrokerConfig, IngestConfig
from cloud.errors import StoreUnavailable
from cloud.ingest.bulk import BulkClient
from cloud.ingest.courier import Courier
from cloud.ingest.fairness import Fairness
from cloud.ingest.inbox import Inbox
from cloud.ingest.outcome import Outcome
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived, is_state
from cloud.leader import Leadership
from cloud.signals import Signal
from cloud.store.ledger import Range
from cloud.vitals import Vitals
from contract import topics
from contract.messages import Committed, Lacking, SeqRange, encode
from contract.place import Place

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
POLL_S = 0.01
ACKNOWLEDGE_WITHIN_S = 30.0
"""Its answer comes behind all that the broker has sent before."""
TOLD_AT_ONCE = 100
"""Then others of this event loop have their turn."""
GROUP = "henwise"
STATE = [one for one in topics.subscription("edge") if is_state(one)]
EVENTS = [one for one in topics.subscription("edge") if not is_state(one)]

Told = Callable[[Signal], None]


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
        self._inbox = Inbox(self._fairness, self._vitals)

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
                    leading = self._leadership.leading(lambda: self._lead(client))
                    await _together(client.lost(), self._listen(client), leading)
            except aiomqtt.MqttError as error:
                log.warning("the broker at %s can't be heard (%s); trying again in %.1f s", where, error, wait_s)
            finally:
                self._vitals.broker_connected = False
            await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))  # noqa: S311  # spreads reconnects, hides nothing
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _client(self) -> BulkClient:
        password = self._broker.password
        # What an earlier connection brought and nobody settled is sent again.
        self._inbox = Inbox(self._fairness, self._vitals)
        quiet = logging.getLogger(f"{__name__}.client")
        quiet.setLevel(logging.CRITICAL)  # what goes wrong is said here, once
        more: dict[str, Any] = {"identifier": self._broker.client_id, "clean_session": False}
        if self._batching.shared:
            # A worker's share must not wait for it at the broker: what it did not settle is sent again to others.
            identifier = f"{self._broker.client_id}-{secrets.token_hex(4)}"
            more = {"identifier": identifier, "protocol": aiomqtt.ProtocolVersion.V5, "clean_start": True}
        return BulkClient(
            self._inbox.put,
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=password.get_secret_value() if password else None,
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

    async def _listen(self, client: BulkClient) -> None:
        # What is on the disk is told while the next batch is on its way there.
        telling = asyncio.create_task(asyncio.sleep(0))
        try:
            while True:
                batch = await self._gather()
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

    async def _gather(self) -> list[Arrived]:
        """Wait for a message, then for a short while for more; what is there is taken at once."""
        await self._inbox.filled()
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + self._batching.batch_s
        while len(self._inbox) < self._batching.batch_messages and loop.time() < deadline_s:  # noqa: ASYNC110  # its length has no event
            await asyncio.sleep(POLL_S)
        return self._inbox.take(self._batching.batch_messages)

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


async def _acknowledge(client: BulkClient, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    told: list[tuple[Place, Committed | Lacking]] = []
    for place, ranges in _by_place(outcome.lacking).items():
        log.warning("%s says it gave us %d ranges of events that are not here: asked for", place, len(ranges))
        told.append((place, Lacking(device=place.device, at=now, ranges=ranges)))
    told += [
        (place, Committed(device=place.device, at=now, ranges=ranges))
        for place, ranges in _by_place(outcome.settled).items()
    ]
    for number, (place, message) in enumerate(told, start=1):
        topic = topics.build(place, type(message))
        if number < len(told) and isinstance(message, Committed):
            client.tell(topic, encode(message))
        else:
            # The last one is waited for, and all before it with it: a broker that is gone is noticed here.
            await client.publish(topic, encode(message), qos=1, timeout=ACKNOWLEDGE_WITHIN_S)
        if number % TOLD_AT_ONCE == 0:
            await asyncio.sleep(0)


def _by_place(ranges: Mapping[tuple[Place, str], Sequence[Range]]) -> dict[Place, list[SeqRange]]:
    found: dict[Place, list[SeqRange]] = {}
    for (place, boot), some in ranges.items():
        found.setdefault(place, []).extend(SeqRange(boot=boot, first=first, last=last) for first, last in some)
    return found
