"""What keeps a processor busy for a second or longer: a few pieces at a time, and who waits holds no thread.

Plain routes share forty threads. Pieces that waited for each other in there would keep every other page waiting, too,
on all farms.
"""

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from cloud.api.problems import Refusal

AT_ONCE: Final = 2
EACH_MOST: Final = 4
"""Of one person or token, running and waiting: more would only make the others wait."""
RETRY_AFTER_S: Final = 5

T = TypeVar("T")


class Heavy:
    """Does heavy work; all calls belong to the event loop.

    Args:
        at_once: pieces of work that run together.
        each_most: pieces of one person or token, those that wait included.
    """

    def __init__(self, at_once: int = AT_ONCE, each_most: int = EACH_MOST) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._each_most = each_most
        self._asked: Counter[str] = Counter()

    async def do(self, who: str, work: Callable[[], T]) -> T:
        """Do blocking work on a thread of its own, in its turn, and return what it returns; ``who`` is ``Caller.key``.

        Raises:
            Refusal: the caller has asked for too much at once (429).
        """
        if self._asked[who] >= self._each_most:
            detail = "Too much at once: wait until what you asked for before is done."
            zh = "同时请求的报告或计算太多，请等前面的完成。"
            after = {"Retry-After": str(RETRY_AFTER_S)}
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_much_at_once", detail, after, zh=zh)
        self._asked[who] += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._asked -= Counter({who: 1})  # drops those who wait for nothing any more
