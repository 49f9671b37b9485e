"""How many instruments, cameras and zones a device may speak of: each is series and rows that all farms pay for.

A device is trusted no further than its broker account: one that is stolen could name a new instrument in each message,
and the service would keep series for all of them until its memory is gone.
"""

from typing import Final

from cloud.ingest.points import source_of, zone_source
from cloud.ingest.sorting import Accepted, Sorted
from cloud.store.ledger import Refused
from contract import topics
from contract.messages import Event, FlockCount
from contract.place import Place

SOURCES_MOST: Final = 500
"""Of one device since the service's start; ten cameras with all the zones a message can have, or a wall of sensors."""
DEVICES_KEPT: Final = 100_000
REASON: Final = f"the device speaks of more than {SOURCES_MOST} instruments, cameras and zones; new ones are left out"


class Sources:
    """Remembers what each device speaks of. One thread at a time."""

    def __init__(self) -> None:
        self._known: dict[Place, set[str]] = {}

    def hold(self, batch: Sorted) -> None:
        """Refuse what is about one source too many; it stays settled, or it would be sent for ever."""
        through = [one for one in batch.accepted if self._admits(one)]
        if len(through) == len(batch.accepted):
            return
        kept = set(map(id, through))
        batch.refused += [
            Refused(topics.build(one.place, type(one.message)), one.payload, REASON)
            for one in batch.accepted
            if id(one) not in kept
        ]
        batch.accepted = through

    def _admits(self, one: Accepted) -> bool:
        event = one.message
        source = source_of(event) if isinstance(event, Event) else None
        if source is None:
            return True
        known = self._known.get(one.place)
        if known is None:
            if len(self._known) >= DEVICES_KEPT:
                self._known.clear()
            known = self._known[one.place] = set()
        if isinstance(event, FlockCount) and event.by_zone:
            named = {source, *(zone_source(source, zone) for zone in event.by_zone)}
        elif source in known:
            return True
        else:
            named = {source}
        if len(known | named) > SOURCES_MOST:
            return named <= known
        known |= named
        return True
