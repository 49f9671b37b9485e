"""How much a device may send: a token bucket each, so that one that floods does not fill the queue of all. Pure."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

DEVICES_KEPT: Final = 50_000
BURST_S: Final = 2.0
"""What a device saves up while it is silent: so many seconds of its rate."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Fairness:
    """Counts what each device sends.

    Args:
        messages_per_s: what a device may send in the long run.
    """

    def __init__(self, messages_per_s: float) -> None:
        self._rate = messages_per_s
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def admits(self, topic: str, now_s: float) -> bool:
        """Say whether the device on this topic may send one more message now (``now_s``: any steady clock)."""
        device = topic.rpartition("/")[0]
        most = self._rate * BURST_S
        bucket = self._buckets.get(device)
        if bucket is None:
            bucket = self._buckets[device] = _Bucket(most, now_s)
            if len(self._buckets) > DEVICES_KEPT:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(device)
        bucket.tokens = min(most, bucket.tokens + (now_s - bucket.at_s) * self._rate)
        bucket.at_s = now_s
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
