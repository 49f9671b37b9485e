"""How full the outbox is, and where in it rows of a kind begin. Pure.

A row is found by its id alone: an index of what waits would cost a page with every commit and another one with every
word from the cloud. Instead it is known below which id nothing of a worth waits, and nothing is kept; a look goes on
from there, so that over time each row is passed once.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

Passed = tuple[int, int, int]
"""Id, size and worth of a row."""


@dataclass(slots=True)
class Fill:
    """Rows and bytes that wait, and that are only kept.

    Attributes:
        rows: that wait.
        size: of their messages, in bytes.
        kept: rows that are only kept.
        kept_size: of their messages, in bytes.
        waiting: worth -> rows that wait.
        first: worth -> an id below which no row of that worth waits.
        kept_from: an id below which none is kept.
    """

    rows: int = 0
    size: int = 0
    kept: int = 0
    kept_size: int = 0
    waiting: Counter[int] = field(default_factory=Counter)
    first: dict[int, int] = field(default_factory=dict)
    kept_from: int = 1

    def copy(self) -> "Fill":
        """Return one that can be changed without this one."""
        return Fill(
            self.rows, self.size, self.kept, self.kept_size, self.waiting.copy(), self.first.copy(), self.kept_from
        )

    def wait(self, rows: Iterable[Passed]) -> None:
        """Count rows that wait from now on."""
        for row_id, size, worth in rows:
            begun = self.first[worth] if self.waiting[worth] else row_id
            self.first[worth] = min(begun, row_id)
            self.waiting[worth] += 1
            self.rows, self.size = self.rows + 1, self.size + size

    def wait_no_longer(self, size: int, worth: int) -> None:
        """Count a row that waits no longer."""
        self.waiting[worth] -= 1
        self.rows, self.size = self.rows - 1, self.size - size

    def keep(self, rows: Iterable[Passed]) -> None:
        """Count rows that are kept from now on."""
        for row_id, size, _worth in rows:
            self.kept_from = min(self.kept_from, row_id) if self.kept else row_id
            self.kept, self.kept_size = self.kept + 1, self.kept_size + size

    def keep_no_longer(self, size: int) -> None:
        """Count a row that is kept no longer."""
        self.kept, self.kept_size = self.kept - 1, self.kept_size - size

    def least_worth(self) -> int:
        """Return the least worth of what waits."""
        return min(worth for worth, rows in self.waiting.items() if rows)

    def first_waiting(self) -> int | None:
        """Return an id below which nothing waits; None when nothing does."""
        return min((self.first[worth] for worth, rows in self.waiting.items() if rows), default=None)
