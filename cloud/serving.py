"""Running the service under uvicorn: a port that is ours before anything else starts, and a clean end."""

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from cloud.app import create_app
from cloud.config import CloudConfig, HttpConfig
from cloud.errors import CannotStart

log = logging.getLogger(__name__)

GRACE_S = 5


class _Server(uvicorn.Server):
    """uvicorn, but the signals are ours: open streams must end first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def serve(config: CloudConfig) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        CannotStart: the port is taken, or the data folder can't be used.
        StoreUnavailable: a database can't be opened.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for quiet in ("alembic", "uvicorn.access"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
    with listening(config.http) as listener:
        asyncio.run(_serve(config, listener))


@contextmanager
def listening(http: HttpConfig) -> Iterator[socket.socket]:
    """Take the port.

    Raises:
        CannotStart: it is taken, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(http.host, http.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((http.host, http.port), family=family, backlog=512)
    except OSError as error:
        raise CannotStart(_why(http, error)) from error
    with listener:
        yield listener


async def _serve(config: CloudConfig, listener: socket.socket) -> None:
    app = create_app(config)
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",  # entered below, so that its errors stay sentences
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(config.http.trusted_proxies),
            forwarded_allow_ips=config.http.trusted_proxies,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    async with app.router.lifespan_context(app):
        _end_on_signals(server, app)
        host, port = listener.getsockname()[:2]
        log.info("serving on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        await server.serve(sockets=[listener])


def _end_on_signals(server: uvicorn.Server, app: FastAPI) -> None:
    def end() -> None:
        app.state.services.hub.close()
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)


def _why(http: HttpConfig, error: OSError) -> str:
    where = f"{http.host}:{http.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program; set http.port (HENWISE_HTTP_PORT) to a free one"
    if error.errno == errno.EACCES:
        return f"{where} needs more rights; set http.port (HENWISE_HTTP_PORT) above 1023"
    return f"can't listen on {where}: {error.strerror or error}; set http.host to an address of this machine"
