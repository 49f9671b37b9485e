"""What the cloud is told of each error."""

from collections.abc import Iterator

import pytest

from contract.errors import BadInput
from edge.causes import CAUSES, cause_of
from edge.errors import NetworkUnusable, OutboxStuck
from firmware_bridge.errors import BridgeError, LineGarbled, LineRefused


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_every_error_of_an_instrument_that_runs_has_a_cause_of_its_own():
    # Bad input is refused before an instrument runs.
    running = {kind for kind in below(BridgeError) if not issubclass(kind, BadInput)}
    assert len(running) >= 6
    assert running <= CAUSES.keys()
    assert len(set(CAUSES.values())) == len(CAUSES)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (LineGarbled("x"), "line_garbled"),
        (LineRefused("x"), "line_refused"),
        (NetworkUnusable("x"), "network_unusable"),
        (OutboxStuck("x"), "other"),
        (ZeroDivisionError("x"), "other"),
    ],
)
def test_the_nearest_class_names_the_cause(error: Exception, cause: str):
    assert cause_of(error) == cause
