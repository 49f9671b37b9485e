"""Running the service under uvicorn, to a clean end."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from cloud.app import create_app
from cloud.config import CloudConfig

log = logging.getLogger(__name__)

GRACE_S = 5


class _Server(uvicorn.Server):
    """uvicorn, but the signals are ours: open streams must end first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def serve(config: CloudConfig, listener: socket.socket) -> None:
    """Serve on a port that is ours until SIGINT or SIGTERM.

    Raises:
        CannotStart: the data folder can't be used.
        StoreUnavailable: a database can't be opened.
    """
    log_to_stderr()
    asyncio.run(_serve(config, listener))


def log_to_stderr() -> None:
    """Let what happens be read where the process was started."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for quiet in ("alembic", "uvicorn.access"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


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
