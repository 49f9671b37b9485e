"""Whoever sends a request drop by drop is let go; whoever is merely slow is not."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from cloud.patience import PatientProtocol, allow_many_connections
from tests.servers import free_port

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"


class Hasty(PatientProtocol):
    head_s: ClassVar[float] = 0.6
    body_s: ClassVar[float] = 1.2


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(echo, port=port, http=Hasty, lifespan="off", log_config=None, timeout_keep_alive=30)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await serving


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> float:
    """Send a byte every 50 ms until nobody takes them any more; return after how many s that was."""
    began_s = time.monotonic()
    for byte in data:
        writer.write(bytes([byte]))
        try:
            async with asyncio.timeout(0.05):
                assert await reader.read(1) == b""
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - began_s


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return await reader.readexactly(4)


async def test_a_head_that_comes_drop_by_drop_is_not_waited_for():
    async with connected() as (reader, writer):
        assert 0.4 < await drip(reader, writer, b"GET / HTTP/1.1\r\nX: " + b"a" * 200) < 5


async def test_a_body_that_comes_drop_by_drop_is_not_waited_for():
    async with connected() as (reader, writer):
        writer.write(HEAD.replace(b"4", b"400"))
        assert 0.9 < await drip(reader, writer, b"a" * 200) < 6


async def test_a_second_request_of_a_connection_has_its_own_time():
    async with connected() as (reader, writer):
        writer.write(HEAD + b"abcd")
        assert await answer(reader) == b"abcd"
        await asyncio.sleep(0.9)  # idle between two requests: the server's own keep-alive
        writer.write(HEAD)
        await asyncio.sleep(0.7)  # longer than a head may take: the body has its own time
        writer.write(b"efgh")
        assert await answer(reader) == b"efgh"
        assert 0.4 < await drip(reader, writer, b"GET / HTTP/1.1\r\nX: " + b"a" * 200) < 5


def test_a_process_may_open_as_many_files_as_the_system_allows():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= 512:
        pytest.fail("this system allows no more than 512 files: raise it to run the tests")
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        allow_many_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
