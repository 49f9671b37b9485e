"""Python's search for garbage in circles, made rarer for a process that holds much and makes little of it."""

import gc
from typing import Final

NEW_OBJECTS: Final = 50_000
"""Net new containers before the young are searched; Python's own 700 is passed several times in a batch of ingest."""
ROUNDS: Final = (10, 10)


def search_less() -> None:
    """Search less often, and never what is there now; to be called once, when the process has started.

    A batch of thousands of messages makes ten thousands of objects that are all freed by their counts. Each time the
    young are searched they are all alive, and the oldest are searched with them again and again: a third of the
    processor time of a message (docs/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *ROUNDS)
