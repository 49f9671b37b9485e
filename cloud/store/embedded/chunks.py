"""One hour of one series as a compressed blob, and the other way round. Pure; exact to the last bit.

    byte 0      version (1)
    byte 1      decimals d: values are integers / 10^d, as differences; 255: they are IEEE doubles
    bytes 2-5   n, little endian
    rest        zlib of: time differences in ms (n x uint32), then the values (n x int64 or n x float64)

Each column is stored byte by byte (all first bytes, then all second ones ...): that is what makes it small. Instruments
speak in few decimals, so nearly all series take the integer form.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Self

import numpy as np

from cloud.store.series import Times, Values

HOUR_MS = 3_600_000
_VERSION = 1
_DOUBLES = 255
_DECIMALS_MAX = 4
_EXACT_MAX = 2.0**53
_HEAD = struct.Struct("<BBI")


@dataclass(frozen=True, slots=True)
class Columns:
    """Points of one series: ``at_ms`` rising and unique, shape (n,); ``value`` shape (n,)."""

    at_ms: Times
    value: Values

    @classmethod
    def empty(cls) -> Self:
        """Return columns without rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.float64))

    def between(self, from_ms: int, to_ms: int) -> "Columns":
        """Return the rows with ``from_ms <= at_ms < to_ms``."""
        start, end = np.searchsorted(self.at_ms, (from_ms, to_ms))
        return Columns(self.at_ms[start:end], self.value[start:end])


@dataclass(frozen=True, slots=True)
class Header:
    """What is known about a chunk without unpacking it: the hourly roll-up."""

    n: int
    total: float
    sumsq: float
    low: float
    high: float


def settled(at_ms: Times, value: Values) -> Columns:
    """Sort rows that came in any order by time; of rows with the same time the last one wins."""
    order = np.argsort(at_ms, kind="stable")
    at_ms, value = at_ms[order], value[order]
    last = np.append(at_ms[1:] != at_ms[:-1], True) if len(at_ms) else np.empty(0, bool)
    return Columns(at_ms[last], value[last])


def overlaid(below: Columns, above: Columns) -> Columns:
    """Join two sets of rows; where both have a time, ``above`` wins."""
    return settled(np.concatenate((below.at_ms, above.at_ms)), np.concatenate((below.value, above.value)))


def summed(columns: Columns) -> Header:
    """Compute the header of at least one row."""
    value = columns.value
    total, sumsq = float(value.sum()), float(np.square(value).sum())
    return Header(len(value), total, sumsq, float(value.min()), float(value.max()))


def pack(hour: int, columns: Columns) -> bytes:
    """Compress the rows of one hour (``hour``: hours since 1970)."""
    offsets = np.diff(columns.at_ms, prepend=hour * HOUR_MS).astype("<u4")
    decimals, numbers = _integers(columns.value)
    body = _transposed(offsets) + _transposed(numbers)
    return _HEAD.pack(_VERSION, decimals, len(offsets)) + zlib.compress(body, 6)


def unpack(hour: int, blob: bytes) -> Columns:
    """Undo ``pack``."""
    version, decimals, n = _HEAD.unpack_from(blob)
    if version != _VERSION:
        raise ValueError(f"a chunk of version {version} was written by a newer Henwise; update this one")
    body = zlib.decompress(blob[_HEAD.size :])
    at_ms = np.cumsum(_restored(body[: 4 * n], "<u4").astype(np.int64)) + hour * HOUR_MS
    if decimals == _DOUBLES:
        return Columns(at_ms, _restored(body[4 * n :], "<f8").astype(np.float64))
    return Columns(at_ms, np.cumsum(_restored(body[4 * n :], "<i8")) / 10.0**decimals)


def _integers(value: Values) -> tuple[int, np.ndarray]:
    for decimals in range(_DECIMALS_MAX + 1):
        scaled = np.rint(value * 10.0**decimals)
        if np.abs(scaled).max(initial=0) >= _EXACT_MAX:
            break
        if np.array_equal(scaled / 10.0**decimals, value):
            return decimals, np.diff(scaled.astype("<i8"), prepend=0)
    return _DOUBLES, value.astype("<f8")


def _transposed(column: np.ndarray) -> bytes:
    return column.view(np.uint8).reshape(len(column), -1).T.tobytes() if len(column) else b""


def _restored(data: bytes, dtype: str) -> np.ndarray:
    width = np.dtype(dtype).itemsize
    return np.frombuffer(np.frombuffer(data, np.uint8).reshape(width, -1).T.tobytes(), dtype)
