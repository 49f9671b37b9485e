"""Speaks to mosquitto's dynamic security plugin over its control topic."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiomqtt

from cloud.broker.rules import Command, again
from cloud.broker.tls import tls_context
from cloud.config import BrokerConfig
from cloud.errors import BrokerRefused

TOPIC: Final = "$CONTROL/dynamic-security/v1"
WITHIN_S: Final = 10.0
_THERE: Final = "already exists"
_GONE: Final = "not found"


@dataclass(frozen=True, slots=True)
class Admin:
    """Who may change rights at the broker."""

    username: str
    password: str


def told(broker: BrokerConfig, admin: Admin, commands: Sequence[Command]) -> None:
    """Carry out commands one after the other; what is there already is changed, what is gone already stays so.

    Raises:
        BrokerRefused: the broker can't be reached, is no mosquitto with the plugin, or says no.
    """
    asyncio.run(_told(broker, admin, commands))


async def _told(broker: BrokerConfig, admin: Admin, commands: Sequence[Command]) -> None:
    where = f"{broker.host}:{broker.port}"
    try:
        async with (
            asyncio.timeout(WITHIN_S),
            aiomqtt.Client(
                broker.host,
                broker.port,
                username=admin.username,
                password=admin.password,
                tls_context=tls_context(broker),
            ) as client,
        ):
            await client.subscribe(f"{TOPIC}/response", qos=1)
            for command in commands:
                await _carry_out(client, command)
    except aiomqtt.MqttError as error:
        raise BrokerRefused(f"the broker at {where} can't be told: {error}; is it up, the password right?") from error
    except TimeoutError as error:
        advice = "load its dynamic security plugin (cloud/deploy/mosquitto.conf)"
        raise BrokerRefused(f"the broker at {where} does not answer on {TOPIC}; {advice}") from error


async def _carry_out(client: aiomqtt.Client, command: Command) -> None:
    problem = await _asked(client, command)
    if _THERE in problem and command["command"].startswith("create"):
        for changed in again(command):
            problem = await _asked(client, changed)
    if problem and not (_GONE in problem and command["command"].startswith("delete")):
        raise BrokerRefused(f"the broker refuses {command['command']}: {problem}")


async def _asked(client: aiomqtt.Client, command: Command) -> str:
    """Send one command; return what is wrong, empty when nothing is."""
    await client.publish(TOPIC, json.dumps({"commands": [command]}), qos=1)
    answer: dict[str, Any] = json.loads((await anext(aiter(client.messages))).payload)
    return str(answer["responses"][0].get("error", ""))
