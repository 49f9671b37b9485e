"""Ten thousand edge devices in one process: each sends a Readings of 20 quantities every 10 s, QoS 1, and waits for
the cloud's word. A few hundred share a connection; a connection's devices are one farm.

    python -m tests.bench.load_devices PORT DEVICES SECONDS [SPEED]

Prints a JSON object every 10 s, and one with ``ended`` true after the last acknowledgement or a minute of waiting.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiomqtt
import numpy as np

from contract import topics
from contract.messages import Readings, rfc3339
from contract.place import Place
from contract.quantities import QUANTITIES

EVERY_S = 10.0
QUANTITIES_EACH = 20
CONNECTIONS = 25
HOUSES_A_FARM = 20
REPORT_S = 10.0
DRAIN_S = 60.0
BOOT = secrets.token_hex(8)
VARIANTS = 97


@dataclass
class Tally:
    """What was sent and acknowledged so far."""

    sent: int = 0
    sent_at: dict[tuple[str, int], float] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    late_s: float = 0.0

    def report(self, **more: object) -> None:
        waits = np.array(self.waits_s or [np.nan])
        p50, p99, most = (float(value) for value in (*np.percentile(waits, [50, 99]), waits.max()))
        row = {"sent": self.sent, "waiting": len(self.sent_at), "p50_s": p50, "p99_s": p99, "most_s": most}
        print(json.dumps({**row, "late_s": self.late_s, **more}), flush=True)


def payloads(seed: int) -> list[str]:
    """Return values of many instants, each a JSON object of 20 quantities."""
    chance = random.Random(seed)
    rows = list(QUANTITIES.values())[:QUANTITIES_EACH]
    return [
        json.dumps({row.key: round(row.low + (row.high - row.low) * chance.uniform(0.3, 0.5), 1) for row in rows})
        for _ in range(VARIANTS)
    ]


async def farm(number: int, port: int, devices: int, seconds: float, speed: float, tally: Tally) -> None:
    """Be all the devices of one connection."""
    name = f"farm-{number}"
    places = [Place(farm=name, house=f"house-{n % HOUSES_A_FARM}", device=f"pi-{n}") for n in range(devices)]
    heads = [(topics.build(place, Readings), place.device, f"{name}/{place.house}/{place.device}") for place in places]
    values = payloads(number)
    async with aiomqtt.Client("127.0.0.1", port, identifier=f"load-{number}", max_inflight_messages=2_000) as client:
        await client.subscribe(f"henwise/v1/{name}/+/+/committed", qos=1)
        listening = asyncio.create_task(_listen(client, tally))
        began_s = time.monotonic()
        step_s = EVERY_S / speed / devices
        for index in range(int(seconds * speed / EVERY_S * devices)):
            due_s = began_s + (index + number / CONNECTIONS) * step_s
            now_s = time.monotonic()
            if due_s > now_s:
                await asyncio.sleep(due_s - now_s)
            else:
                tally.late_s = max(tally.late_s, now_s - due_s)
            topic, device, key = heads[index % devices]
            seq = index // devices + 1
            payload = (
                f'{{"device":"{device}","at":"{rfc3339(datetime.now(UTC))}","boot":"{BOOT}","seq":{seq},'
                f'"delayed":false,"instrument":"climate","values":{values[index % VARIANTS]},"doubts":{{}}}}'
            )
            tally.sent_at[key, seq] = time.monotonic()
            tally.sent += 1
            await client.publish(topic, payload, qos=1, timeout=60)
        await _drained(tally)
        listening.cancel()


async def _drained(tally: Tally) -> None:
    deadline_s = time.monotonic() + DRAIN_S
    while tally.sent_at and time.monotonic() < deadline_s:
        await asyncio.sleep(0.2)


async def _listen(client: aiomqtt.Client, tally: Tally) -> None:
    async for message in client.messages:
        place, _ = topics.split(str(message.topic))
        now_s = time.monotonic()
        key = f"{place.farm}/{place.house}/{place.device}"
        for part in json.loads(message.payload)["ranges"]:
            for seq in range(part["first"], part["last"] + 1):
                sent_s = tally.sent_at.pop((key, seq), None)
                if sent_s is not None:
                    tally.waits_s.append(now_s - sent_s)


async def _report(tally: Tally) -> None:
    while True:
        await asyncio.sleep(REPORT_S)
        tally.report()


async def main(port: int, devices: int, seconds: float, speed: float) -> None:
    """Be all the devices."""
    tally = Tally()
    reporting = asyncio.create_task(_report(tally))
    each = devices // CONNECTIONS
    await asyncio.gather(*(farm(n, port, each, seconds, speed, tally) for n in range(CONNECTIONS)))
    reporting.cancel()
    tally.report(ended=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float((sys.argv[4:] or ["1"])[0])))
