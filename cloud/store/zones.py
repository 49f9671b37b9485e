"""Where a day begins on each farm: in the farm's own time zone, or in the service's where nobody gave it one."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cloud.store import farms
from cloud.store.records import Records

log = logging.getLogger(__name__)


class Zones:
    """The farms' time zones, read anew each time: who changes one sees its days at once, in every process.

    Args:
        records: where the farms' own zones are.
        default: the zone of a farm without one.
    """

    def __init__(self, records: Records, default: ZoneInfo) -> None:
        self._records = records
        self._default = default

    def of(self, farm: str) -> ZoneInfo:
        """Return a farm's time zone; blocking."""
        with self._records.reading() as connection:
            return self._known(farm, farms.described(connection, farm)[1])

    def day(self, farm: str, at: datetime) -> date:
        """Return which day it is on a farm at an aware time; blocking."""
        return at.astimezone(self.of(farm)).date()

    def _known(self, farm: str, name: str | None) -> ZoneInfo:
        if name is None:
            return self._default
        try:
            return ZoneInfo(name)
        except ZoneInfoNotFoundError:
            # Names that Debian has moved to tzdata-legacy, for example, after the service moved to another machine.
            log.warning("the time zone %s of the farm %s is not known here; its days are those of %s", name, farm,
                        self._default.key)  # fmt: skip
            return self._default
