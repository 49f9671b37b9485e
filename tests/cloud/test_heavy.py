"""What keeps a processor busy waits for its turn, and keeps nobody else waiting."""

import asyncio
import threading
from dataclasses import replace

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI

from cloud.api.heavy import EACH_MOST, Heavy
from cloud.api.problems import Refusal
from cloud.api.services import Services
from tests.cloud.conftest import settle
from tests.cloud.sending import readings

REPLAY = "/api/v1/houses/hill/house-2/thresholds/replay"


async def test_who_waits_holds_no_thread_and_all_come_to_their_turn():
    heavy, go = Heavy(at_once=1), threading.Event()
    limiter = to_thread.current_default_thread_limiter()
    waiting = [asyncio.create_task(heavy.do(f"user {number}", lambda: go.wait(60))) for number in range(50)]
    await asyncio.sleep(0.1)
    assert limiter.borrowed_tokens == 0
    go.set()
    assert await asyncio.gather(*waiting) == [True] * 50


async def test_one_person_gets_no_more_than_a_share_of_the_queue():
    heavy, go = Heavy(at_once=1, each_most=2), threading.Event()
    waiting = [asyncio.create_task(heavy.do("user 1", lambda: go.wait(60))) for _ in range(2)]
    other = asyncio.create_task(heavy.do("token 1", lambda: go.wait(60)))
    await asyncio.sleep(0.1)
    with pytest.raises(Refusal) as refused:
        await heavy.do("user 1", lambda: True)
    assert (refused.value.status, refused.value.code) == (429, "too_much_at_once")
    go.set()
    await asyncio.gather(*waiting, other)
    assert await heavy.do("user 1", lambda: True)


async def test_pages_are_answered_while_replays_wait(app: FastAPI, mei: httpx.AsyncClient):
    await settle(app, readings(1))
    services: Services = app.state.services
    heavy, go = Heavy(at_once=1), threading.Event()
    app.state.services = replace(services, heavy=heavy)
    busy = asyncio.create_task(heavy.do("somebody else", lambda: go.wait(60)))
    asking = [asyncio.create_task(mei.post(REPLAY, json={"days": 1})) for _ in range(EACH_MOST + 1)]
    [done], _ = await asyncio.wait(asking, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    assert (done.result().status_code, done.result().json()["code"]) == (429, "too_much_at_once")
    async with asyncio.timeout(60):
        assert (await mei.get("/api/v1/houses")).status_code == 200
    go.set()
    await busy
    answers = await asyncio.gather(*asking)
    assert sorted(one.status_code for one in answers) == [200] * EACH_MOST + [429]
