"""The port: taken before anything else starts, so that a taken one is a quick answer."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from cloud.config import HttpConfig
from cloud.errors import CannotStart


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


def _why(http: HttpConfig, error: OSError) -> str:
    where = f"{http.host}:{http.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program; set http.port (HENWISE_HTTP_PORT) to a free one"
    if error.errno == errno.EACCES:
        return f"{where} needs more rights; set http.port (HENWISE_HTTP_PORT) above 1023"
    return f"can't listen on {where}: {error.strerror or error}; set http.host to an address of this machine"
