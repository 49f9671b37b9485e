"""What this process wrote and need not ask for again, where nobody else writes it.

Ingest looks before it writes: is a house known, which event is the newest of its source, which were settled? With
SQLite it alone writes these rows, so the answers of the last batch still hold. With PostgreSQL several workers write
them, and each batch asks, under the lock of its devices.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from cloud.store.records import Records

ROWS_KEPT: Final = 200_000
"""Of each kind; beyond, all are forgotten and asked for again."""

K = TypeVar("K")
V = TypeVar("V")


class Rows(Generic[K, V]):
    """Rows of one kind: key -> value; what is written counts once it is committed.

    Args:
        most: remembered at once; 0 to ask each time.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._known: dict[K, V] = {}
        self._written: dict[K, V] = {}

    def of(self, keys: Collection[K], ask: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """Return the rows there are of these keys; ``ask`` is called for those that are not remembered."""
        known = {key: self._known[key] for key in keys if key in self._known}
        if len(known) < len(keys):
            known.update(ask([key for key in keys if key not in known]))
        return known

    def write(self, rows: Mapping[K, V]) -> None:
        """Note rows that the transaction writes."""
        self._written.update(rows)

    def committed(self) -> None:
        """Remember what was written."""
        if self._most:
            self._known.update(self._written)
        if len(self._known) > self._most:
            self._known.clear()
        self._written = {}

    def forget(self) -> None:
        """Forget all."""
        self._known.clear()

    def failed(self) -> None:
        """Forget what may or may not have been written."""
        for key in self._written:
            self._known.pop(key, None)
        self._written = {}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What ingest remembers.

    Attributes:
        houses: (farm, house) that are known.
        newest: (farm, house, device, leaf, source) -> time and whether it came late.
        ranges: (farm, house, device, boot) -> merged ranges of settled seqs.
    """

    houses: Rows[tuple[str, str], bool] = field(default_factory=Rows)
    newest: Rows[tuple[str, ...], tuple[int, bool]] = field(default_factory=Rows)
    ranges: Rows[tuple[str, ...], list[tuple[int, int]]] = field(default_factory=Rows)

    @classmethod
    def beside(cls, records: Records) -> "Remembered":
        """Return a memory that fits these records: none where several processes may write."""
        most = ROWS_KEPT if records.server is None else 0
        return cls(Rows(most), Rows(most), Rows(most))

    def forget(self) -> None:
        """Forget all: somebody else has removed rows."""
        for rows in (self.houses, self.newest, self.ranges):
            rows.forget()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Enclose the transaction, its commit too."""
        kinds = (self.houses, self.newest, self.ranges)
        try:
            yield
        except BaseException:
            for rows in kinds:
                rows.failed()
            raise
        for rows in kinds:
            rows.committed()
