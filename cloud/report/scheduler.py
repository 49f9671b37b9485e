"""Sends reports by themselves: each day or week, at a time on the farm, of every flock that lives there.

A row first: that a schedule was sent today is noted in the same transaction that hands its messages to delivery, so a
process that dies sends none twice. Who may no longer take reports away from a farm gets none.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cloud.alerts.delivery.kinds import EMAIL
from cloud.errors import Declined
from cloud.report.desk import Wish
from cloud.report.gather import Gatherer
from cloud.report.mailing import letter
from cloud.report.others import read_by
from cloud.rights import Right
from cloud.store import channels, flocks, memberships, report_schedules
from cloud.store.channels import Owner
from cloud.store.notifications import Letter, post_within
from cloud.store.report_schedules import Schedule

log = logging.getLogger(__name__)

LOOK_S: Final = 30.0
LATE_MINUTES: Final = 6 * 60
"""A service that was down at the time catches up for so long; later the day is let go."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Looks which schedules are due."""

    gatherer: Gatherer
    posted: Callable[[], None] = field(default=lambda: None)
    clock: Callable[[], datetime] = _now

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            if await asyncio.to_thread(self.send_due):
                self.posted()
            await asyncio.sleep(LOOK_S)

    def send_due(self) -> int:
        """Hand what is due to delivery; return how many messages that were. Blocking."""
        now = self.clock()
        known = report_schedules.everybody(self.gatherer.records)
        return sum(self._send(one, now) for one in known if self._due(one, now))

    def _due(self, schedule: Schedule, now: datetime) -> bool:
        here = now.astimezone(self.gatherer.zones.of(schedule.farm))
        late = here.hour * 60 + here.minute - schedule.minute
        if not 0 <= late <= LATE_MINUTES:
            return False
        today = schedule.weekday is None or schedule.weekday == here.weekday()
        return today and (schedule.sent_day is None or schedule.sent_day < here.date())

    def _send(self, schedule: Schedule, now: datetime) -> int:
        records, today = self.gatherer.records, self.gatherer.zones.day(schedule.farm, now)
        letters = self._letters(schedule, today - timedelta(days=1))
        now_ms = int(now.timestamp() * 1000)
        with records.writing() as connection:
            if not report_schedules.note_sent(connection, schedule, today):
                return 0
            return sum(post_within(connection, one, now_ms) for one in letters)

    def _letters(self, schedule: Schedule, last: date) -> list[Letter]:
        records = self.gatherer.records
        grants = memberships.grants_of(records, schedule.user)
        if Right.EXPORT not in grants.on(schedule.farm):
            log.info("schedule %s is not sent: its owner may not take reports away any more", schedule.id)
            return []
        boxes = [one for one in channels.of(records, Owner(user=schedule.user)) if one.kind == EMAIL]
        found, reads = [], read_by(records, grants)
        for flock in self._living(schedule.farm, last) if boxes else ():
            wish = Wish(schedule.kind, ((schedule.farm, flock),), last, units=schedule.units, reads=reads)
            try:
                found.append(letter(self.gatherer, wish, schedule.formats, schedule.user, boxes))
            except Declined as error:
                log.warning("the report about %s/%s is not sent: %s", schedule.farm, flock, error)
        return found

    def _living(self, farm: str, day: date) -> list[str]:
        known = flocks.read(self.gatherer.records, farm)
        open_ones = [one for one in known.flocks if one.facts.placed_on <= day]
        return [one.flock for one in open_ones if (closed := known.closed_on(one.flock)) is None or closed >= day]
