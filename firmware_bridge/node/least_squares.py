"""A few unknowns, a few more equations: linear least squares in plain Python, exact enough for five columns."""

from collections.abc import Sequence

INDEPENDENT_LEAST = 0.02
"""A column that keeps less than this share of its square after the others are taken out says nothing of its own."""


def solve(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[float] | None:
    """Return the factors of the columns that meet ``wanted`` best; None when a column follows from the others.

    The columns are scaled to length one before the normal equations are solved by elimination.
    """
    lengths = [sum(row[at] ** 2 for row in rows) ** 0.5 for at in range(len(rows[0]))]
    if not all(lengths):
        return None
    scaled = [[value / length for value, length in zip(row, lengths, strict=True)] for row in rows]
    found = _eliminated(_normal(scaled, wanted))
    return found and [value / length for value, length in zip(found, lengths, strict=True)]


def _normal(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[list[float]]:
    columns = list(zip(*rows, strict=True))
    return [
        [*(_dot(column, other) for other in columns), _dot(column, wanted)]  # the last one is the right-hand side
        for column in columns
    ]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _eliminated(matrix: list[list[float]]) -> list[float] | None:
    # symmetric and positive: the diagonal is what a column has left of its square, so no rows need be exchanged
    for at, pivot_row in enumerate(matrix):
        if pivot_row[at] < INDEPENDENT_LEAST:
            return None
        for below in matrix[at + 1 :]:
            factor = below[at] / pivot_row[at]
            below[:] = [value - factor * pivot for value, pivot in zip(below, pivot_row, strict=True)]
    found: list[float] = []
    for at in range(len(matrix) - 1, -1, -1):
        known = _dot(matrix[at][at + 1 : -1], found)
        found.insert(0, (matrix[at][-1] - known) / matrix[at][at])
    return found
