"""kill -9 of the sender at random moments: nothing is lost, and only what was in flight is said once more."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cloud.alerts.delivery import compose
from cloud.store import notifications
from cloud.store.channels import Owner
from cloud.store.notifications import Letter
from cloud.store.records import Records, add
from cloud.store.tables import Delivery, User
from tests.cloud.delivery.conftest import Receiver, channel
from tests.cloud.delivery.worker import now_ms
from tests.edge.waiting import wait_until

KILLS = int(os.environ.get("HENWISE_TEST_KILLS", "5"))
LETTERS = 40 * KILLS
ROOT = Path(__file__).parents[3]


def start(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.cloud.delivery.worker", str(folder)]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "sending\n"
    return worker


def pending(records: Records) -> int:
    with records.reading() as connection:
        return connection.scalar(select(func.count()).where(Delivery.state == "pending")) or 0


def in_flight(records: Records) -> dict[str, int]:
    """Return message -> how often it was taken, of those that nobody has noted as delivered."""
    taken = (Delivery.state == "pending", Delivery.tries > 0)
    with records.reading() as connection:
        return {row.notification: row.tries for row in connection.execute(select(Delivery).where(*taken))}


@pytest.mark.timeout(60 + 20 * KILLS)
def test_kill_9_of_the_sender_loses_nothing_and_repeats_only_what_was_in_flight(tmp_path: Path, receiver: Receiver):
    records, chance = Records(tmp_path / "records.db"), random.Random(7)
    records.open()
    with records.writing() as connection:
        add(connection, User, {"id": 1, "name": "mei", "password_hash": "-", "created_ms": 0})
    way = channel(records, f"json://127.0.0.1:{receiver.port}/x", Owner(user=1))
    receiver.delay_s = 0.03
    for number in range(LETTERS):
        letter = Letter(f"m-{number}", "hill", None, "user-1", 1, "news", compose.trial("x"), (way.id,))
        assert notifications.post(records, letter, now_ms())

    uncertain: Counter[str] = Counter()
    last_taken: dict[str, int] = {}
    for number in range(KILLS):
        asked, waiting = len(receiver.requests), pending(records)
        worker = start(tmp_path)
        wait_until(lambda: len(receiver.requests) > asked, 30)  # noqa: B023  # asked for before the next round
        if number % 2:  # every other kill comes after a delivery was noted, however slow the disk is
            wait_until(lambda: pending(records) < waiting, 30)  # noqa: B023
        time.sleep(chance.uniform(0.0, 0.4))
        worker.kill()
        worker.communicate()
        taken = in_flight(records)
        uncertain.update(id_ for id_, tries in taken.items() if tries > last_taken.get(id_, 0))
        last_taken = taken
    assert 0 < pending(records) < LETTERS  # the kills met work
    worker = start(tmp_path)
    try:
        wait_until(lambda: pending(records) == 0, 60)
    finally:
        worker.kill()
        worker.communicate()

    arrived = Counter(request.headers["x-henwise-message"] for request in receiver.requests)
    assert set(arrived) == {f"m-{number}" for number in range(LETTERS)}
    assert {id_: times for id_, times in arrived.items() if times > 1 + uncertain[id_]} == {}
    print(
        f"{KILLS} kills, {LETTERS} messages, {sum(uncertain.values())} in flight, {arrived.total() - LETTERS} repeated"
    )
    records.close()
