"""Deleting an organisation with everything it owns. Blocking.

The records go last, in one transaction: until then it is known what is its own, so doing it again after a crash, or
when a store was away, finishes it. Its devices must have been turned out before, or they would go on filling it.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import delete

from cloud.errors import RefusedByStore
from cloud.leaving.belongings import owned
from cloud.store import farms, houses
from cloud.store.media import Media
from cloud.store.named import Named
from cloud.store.records import Records
from cloud.store.series import SeriesStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went: rows of the records, series, pictures; and series that this store can't remove."""

    rows: int
    series: int
    pictures: int
    series_left: int


def delete_organisation(records: Records, series: SeriesStore, media: Media, organisation: int) -> Deleted:
    """Delete an organisation and all that is its own; people stay people, without it.

    Raises:
        StoreUnavailable: a store can't be reached; do it again later.
    """
    with records.reading() as connection:
        own = farms.of(connection, organisation)
    pictures = [Named(path) for path in media.paths() if path.parts and path.parts[0] in own]
    media.remove(pictures)
    keys = [key for house in houses.names(records) if house[0] in own for key in series.keys(*house)]
    left = 0
    try:
        series.remove(keys)
    except RefusedByStore as error:
        log.warning("%d series of organisation %d stay: %s", len(keys), organisation, error)
        left = len(keys)
    rows = 0
    with records.writing() as connection:
        for table, is_own in reversed(owned(organisation, own)):
            rows += connection.execute(delete(table).where(is_own)).rowcount
    return Deleted(rows, len(keys) - left, len(pictures), left)
