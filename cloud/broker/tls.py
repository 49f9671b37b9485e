"""The broker's certificate, looked at."""

import ssl

from cloud.config import BrokerConfig
from cloud.errors import CannotStart


def tls_context(broker: BrokerConfig) -> ssl.SSLContext | None:
    """Return what a connection to the broker is made with, None without TLS.

    Raises:
        CannotStart: the file of the certificate authority can't be used.
    """
    if not broker.tls:
        return None
    try:
        return ssl.create_default_context(cafile=broker.ca_file)
    except OSError as error:
        raise CannotStart(f"broker.ca_file: {broker.ca_file} can't be used: {error}") from error
