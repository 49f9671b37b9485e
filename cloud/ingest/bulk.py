"""aiomqtt for thousands of messages a second: fewer steps a message, on the same connection and the same paho beneath.

paho reads a packet's first bytes one by one and sends each packet by itself, which is five system calls a message, and
another thread may take the interpreter in each of them. A buffer between paho and the socket makes it one for a
hundred messages. Messages are handed over as paho has them, without a queue of tasks.
"""

import asyncio
import logging
import math
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode

from cloud.ingest.sorting import Arrived

log = logging.getLogger(__name__)

READ_BYTES: Final = 64 * 1024
UNSENT_MOST_BYTES: Final = 1024 * 1024
AGAIN_S: Final = 0.005
LOOK_S: Final = 0.005


class BufferedSocket:
    """A connected socket that is read and written in large pieces; paho's ``SocketLike``. For the event loop's thread.

    Args:
        beneath: the socket, or a TLS socket over it, that does not block.
        loop: writes what has gathered when it comes round.
    """

    def __init__(self, beneath: socket.socket | ssl.SSLSocket, loop: asyncio.AbstractEventLoop) -> None:
        self._beneath = beneath
        self._loop = loop
        self._read = b""
        self._at = 0
        self._unsent = bytearray()
        self._flushing = False

    def recv(self, most: int) -> bytes:
        """Return up to so many bytes; empty when the peer has closed.

        Raises:
            BlockingIOError: there are none now.
        """
        if self._at >= len(self._read):
            self._read, self._at = self._beneath.recv(READ_BYTES), 0
        data = self._read[self._at : self._at + most]
        self._at += len(data)
        return data

    def pending(self) -> int:
        """Return how many bytes can be had although the socket beneath may have none."""
        beneath = self._beneath.pending() if isinstance(self._beneath, ssl.SSLSocket) else 0
        return len(self._read) - self._at + beneath

    def send(self, data: bytes | bytearray) -> int:
        """Take all of these bytes, to be sent soon.

        Raises:
            BlockingIOError: too many wait already.
            OSError: the connection is broken.
        """
        if len(self._unsent) > UNSENT_MOST_BYTES:
            self._write()
            if len(self._unsent) > UNSENT_MOST_BYTES:
                raise BlockingIOError
        self._unsent += data
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)
        return len(data)

    def close(self) -> None:
        """Send what still can be sent, and close."""
        try:
            self._write()
        except OSError as error:
            log.debug("%d bytes could not be sent: %s", len(self._unsent), error)
        self._unsent.clear()
        self._beneath.close()

    def fileno(self) -> int:
        """Return the number to wait with."""
        return self._beneath.fileno()

    def setblocking(self, flag: bool) -> None:
        """Do as sockets do."""
        self._beneath.setblocking(flag)

    def _flush(self) -> None:
        self._flushing = False
        try:
            self._write()
        except OSError as error:
            # Whoever reads next hears of it as paho is used to.
            log.debug("can't be sent: %s", error)
            self._unsent.clear()
        if self._unsent:
            self._flushing = True
            self._loop.call_later(AGAIN_S, self._flush)

    def _write(self) -> None:
        while self._unsent:
            try:
                sent = self._beneath.send(self._unsent)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self._unsent[:sent]


class BulkClient(aiomqtt.Client):
    """A connection to the broker that hands over what arrives at once; ``messages`` of aiomqtt stays empty.

    Args:
        took: called with each message.
        hostname: where the broker listens.
        port: and on which port.
        more: what else aiomqtt's client takes.
    """

    def __init__(self, took: Callable[[Arrived], None], hostname: str, port: int, **more: Any) -> None:
        super().__init__(hostname, port, **more)
        self._took = took
        # paho would make a reason and properties of each message that has left, which takes as long as sending it.
        self._client.on_publish = None

    def tell(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 0 without waiting for anything.

        Raises:
            MqttError: the connection is gone.
        """
        told = self._client.publish(topic, payload, qos=0)
        if told.rc != MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(told.rc, "nothing can be told now")

    async def publish(  # type: ignore[override]  # less of what aiomqtt offers
        self,
        /,
        topic: str,
        payload: bytes,
        qos: int = 1,
        *,
        timeout: float = math.inf,  # noqa: ASYNC109  # aiomqtt's
    ) -> None:
        """Publish and wait until it has left (QoS 0) or the broker has it.

        Raises:
            MqttError: the connection is gone, or ``timeout`` seconds have passed.
        """
        told = self._client.publish(topic, payload, qos)
        deadline_s = self._loop.time() + timeout
        while told.rc == MQTT_ERR_SUCCESS and not told.is_published():
            if self._disconnected.done() or self._loop.time() > deadline_s:
                raise aiomqtt.MqttError("the broker did not answer in time")
            await asyncio.sleep(LOOK_S)
        if told.rc != MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(told.rc, "nothing can be told now")

    async def subscribe(self, /, *args: Any, **more: Any) -> tuple[int, ...] | list[ReasonCode]:
        """Do as aiomqtt does; end when cancelled meanwhile, which its wait forgets in Python 3.11."""
        granted = await super().subscribe(*args, **more)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        return granted

    async def lost(self) -> None:
        """Wait until the connection is gone.

        Raises:
            MqttError: always, in the end.
        """
        try:
            await asyncio.shield(self._disconnected)
        except OSError as error:
            raise aiomqtt.MqttError(str(error)) from error
        raise aiomqtt.MqttError("the connection was closed")

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:  # noqa: ARG002  # paho's
        try:
            topic = message.topic
        except UnicodeDecodeError:
            log.warning("ignored a message whose topic is no UTF-8")
            return
        self._took(Arrived(topic, bytes(message.payload), retained=message.retain))

    def _on_socket_open(self, client: Client, userdata: Any, sock: Any) -> None:
        client._sock = BufferedSocket(sock, self._loop)  # noqa: SLF001  # paho has no other way to lend it a socket
        super()._on_socket_open(client, userdata, sock)
