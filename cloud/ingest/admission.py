"""Who may speak: what a device sends that nobody approved is not settled, not acknowledged; its outbox keeps it."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

from cloud.ingest.sorting import Arrived
from cloud.store import enrolments
from cloud.store.records import Records
from contract import topics
from contract.errors import BadTopic
from contract.place import Place

KNOWN_S: Final = 30.0
"""An approved device is believed for so long where nobody says that it was decided anew."""
UNKNOWN_S: Final = 3.0
NOTE_S: Final = 5.0
DEVICES_KEPT: Final = 100_000


class Admission:
    """Lets messages of approved devices through. Blocking; one thread at a time.

    Args:
        records: where it is kept who is approved.
        everybody: a device never heard of is approved by itself.
        now_s: a steady clock.
    """

    def __init__(
        self, records: Records, *, everybody: bool = False, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._records = records
        self._everybody = everybody
        self._now_s = now_s
        self._until_s: dict[Place, tuple[bool, float]] = {}
        self._held: dict[Place, int] = {}
        self._note_at_s = 0.0

    def admitted(self, batch: Sequence[Arrived], now_ms: int) -> list[Arrived]:
        """Return the messages that may be settled; those whose topic is none of ours are, to be kept aside.

        Raises:
            StoreUnavailable: who may speak can't be asked now.
        """
        places = [_place_of(arrived) for arrived in batch]
        self._ask({place for place in places if place is not None}, now_ms)
        through: list[Arrived] = []
        for arrived, place in zip(batch, places, strict=True):
            if place is None or self._until_s[place][0]:
                through.append(arrived)
            elif place in self._held or len(self._held) < enrolments.MOST_WAITING:
                self._held[place] = self._held.get(place, 0) + 1
        self._note(now_ms)
        return through

    def forget(self) -> None:
        """Ask anew who may speak."""
        self._until_s.clear()

    def _ask(self, places: Collection[Place], now_ms: int) -> None:
        now_s = self._now_s()
        asked = {place for place in places if self._until_s.get(place, (False, 0.0))[1] <= now_s}
        if not asked:
            return
        states = enrolments.states(self._records, asked)
        strangers = sorted(asked - states.keys(), key=lambda place: (place.farm, place.house, place.device))
        if self._everybody and strangers:
            enrolments.take_in(self._records, strangers, now_ms)
            states |= enrolments.states(self._records, strangers)
        if len(self._until_s) > DEVICES_KEPT:
            self._until_s = {place: known for place, known in self._until_s.items() if place in places}
        for place in asked:
            approved = states.get(place) == "approved"
            self._until_s[place] = (approved, now_s + (KNOWN_S if approved else UNKNOWN_S))

    def _note(self, now_ms: int) -> None:
        if self._held and self._now_s() >= self._note_at_s:
            enrolments.note_waiting(self._records, self._held, now_ms)
            self._held = {}
            self._note_at_s = self._now_s() + NOTE_S


def _place_of(arrived: Arrived) -> Place | None:
    try:
        return topics.split(arrived.topic)[0]
    except BadTopic:
        return None
