"""Running the service under uvicorn, to a clean end."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from cloud.api.services import Services
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.garbage import search_less
from cloud.patience import PatientProtocol, allow_many_connections
from cloud.store import invitations

log = logging.getLogger(__name__)

GRACE_S = 5


class _Server(uvicorn.Server):
    """uvicorn, but the signals are ours: open streams must end first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def serve(config: CloudConfig, listener: socket.socket, say: Callable[[str], None]) -> None:
    """Serve on a port that is ours until SIGINT or SIGTERM; ``say`` prints the link for the first owner.

    Raises:
        CannotStart: the data folder can't be used.
        StoreUnavailable: a database can't be opened.
    """
    log_to_stderr()
    allow_many_connections()
    asyncio.run(_serve(config, listener, say))


def log_to_stderr() -> None:
    """Let what happens be read where the process was started."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for quiet in ("alembic", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


async def _serve(config: CloudConfig, listener: socket.socket, say: Callable[[str], None]) -> None:
    app = create_app(config)
    server = _Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            lifespan="off",  # entered below, so that its errors stay sentences
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(config.http.trusted_proxies),
            forwarded_allow_ips=config.http.trusted_proxies,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    _end_on_signals(server, app)
    host, port = listener.getsockname()[:2]
    # Health is answered from now on, all else once the stores are open.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with app.router.lifespan_context(app):
            log.info("serving on http://%s:%d", f"[{host}]" if ":" in host else host, port)
            await _show_set_up(app, port, say)
            search_less()
            await serving
    except asyncio.CancelledError:
        if not server.should_exit:  # told to end while it waited for a store
            raise
    finally:
        server.should_exit = True
        await serving


async def _show_set_up(app: FastAPI, port: int, say: Callable[[str], None]) -> None:
    """Print the link that makes the first owner, while there is nobody; never into the log, which others may read."""
    services: Services = app.state.services
    token = await asyncio.to_thread(invitations.set_up_link, services.records, datetime.now(UTC))
    if token is not None:
        link = services.config.http.page(invitations.set_up_path(token), port)
        say(
            f"Nobody may sign in yet. Open this link once, within {invitations.DAYS} days, to become the owner:\n"
            f"  {link}"
        )


def _end_on_signals(server: uvicorn.Server, app: FastAPI) -> None:
    main = asyncio.current_task()

    def end() -> None:
        server.should_exit = True
        services: Services | None = getattr(app.state, "services", None)
        if services is not None:
            services.hub.close()
        elif main is not None:
            main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
