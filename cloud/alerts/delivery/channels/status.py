"""What a service's HTTP status means for a message."""

from http import HTTPStatus
from typing import Final

from cloud.store.channels import Trouble

_NOT_NOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_CLIENT_ERRORS: Final = 4


def trouble_of(status: int) -> Trouble:
    """Say whether the service refuses the message, or only can't take it now."""
    refused = status // 100 == _CLIENT_ERRORS and status not in _NOT_NOW
    return "refused" if refused else "failed"
