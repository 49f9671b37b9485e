"""What a person says to a device is done once and answered each time it comes.

A word may come twice (MQTT at least once, a cloud that asks again): the second time it only gets the same answer.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from contract.marks import ResultCode
from contract.messages import CommandCode, CommandResult
from edge.origin import Origin
from edge.outbox import Outbox

log = logging.getLogger(__name__)

REMEMBERED = 500
DETAIL_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a word.

    Attributes:
        done: it was done.
        detail: what was done, or why not, in English.
        code: the same as a key for translated sentences, where it has one.
        report: what was asked for, where that is more than a sentence.
    """

    done: bool
    detail: str
    code: ResultCode | CommandCode = ""
    report: str = ""


class Answers:
    """Answers words of one kind through the outbox.

    Args:
        origin: who we are.
        outbox: where the answers go.
    """

    def __init__(self, origin: Origin, outbox: Outbox) -> None:
        self._origin = origin
        self._outbox = outbox
        self._given: OrderedDict[str, Answer] = OrderedDict()

    def give(self, word: str, name: str, do: Callable[[], Answer]) -> None:
        """Do what a word says, unless it came before, and put the answer into the outbox.

        Args:
            word: its id.
            name: what it is, for the log.
            do: does it.
        """
        if word not in self._given:
            self._given[word] = do()
            while len(self._given) > REMEMBERED:
                self._given.popitem(last=False)
        answer = self._given[word]
        log.info("%s: %s", name, answer.detail)
        self._outbox.put(
            CommandResult(
                **self._origin.stamp_now(),
                command=word,
                done=answer.done,
                detail=answer.detail[:DETAIL_MAX],
                code=answer.code,
            )
        )
