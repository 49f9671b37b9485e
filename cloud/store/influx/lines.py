"""Line protocol: what InfluxDB is written in. Pure.

A quantity is a measurement with the field ``value``; ``<quantity>_hourly`` and ``<quantity>_daily`` hold what its
points add up to; ``henwise_series`` lists the series, since not every InfluxDB can. Always floats, tags sorted, times
in ms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cloud.errors import BadRecord
from cloud.store.series import SeriesKey

TAGS: Final = ("device", "farm", "house", "source")
FIELDS: Final = ("n", "total", "sumsq", "low", "high")
"""Of a roll-up."""

INDEX_TAGS: Final = ("device", "farm", "house", "quantity", "source")
INDEX: Final = "henwise_series"
INDEX_AT_MS: Final = 1
"""All entries of the index have one time, so that an entry written again replaces itself."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SPECIAL: Final = re.compile(r"([,= ])")
_SPECIAL_IN_NAME: Final = re.compile(r"([, ])")


@dataclass(slots=True)
class Prefixes:
    """A series as lines begin with it, and what is known of it at InfluxDB.

    Attributes:
        point: up to the value of a point.
        hourly: up to the fields of an hour.
        daily: up to the fields of a day.
        hours: hours since 1970 that are marked as not added up yet,
        days: and days.
    """

    point: str
    hourly: str
    daily: str
    hours: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)


def prefixes(key: SeriesKey) -> Prefixes:
    """Return how lines of a series begin.

    Raises:
        BadRecord: a name is empty, ends in a backslash or has a control character, which line protocol can't say.
    """
    tags = _tags(key)
    name = _SPECIAL_IN_NAME.sub(r"\\\1", _checked(key.quantity))
    return Prefixes(f"{name},{tags} value=", f"{name}_hourly,{tags} ", f"{name}_daily,{tags} ")


def index_line(key: SeriesKey) -> str:
    """Return the line that lists a series."""
    return f"{INDEX},{_tags(key, INDEX_TAGS)} known=1.0 {INDEX_AT_MS}"


def fields_of(fields: Mapping[str, float]) -> str:
    """Return fields as a line has them, as floats."""
    return ",".join(f"{name}={float(value)!r}" for name, value in fields.items())


def quoted(text: str) -> str:
    """Return a string literal of InfluxQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def removed_where(key: SeriesKey) -> str:
    """Return the condition of InfluxQL that holds for a series alone."""
    return " AND ".join(f"{tag} = {quoted(getattr(key, tag))}" for tag in TAGS)


def identifier(text: str) -> str:
    """Return a name as InfluxQL has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_ESCAPED: Final = r"\\\1"


def _tags(key: SeriesKey, tags: tuple[str, ...] = TAGS) -> str:
    return ",".join(f"{tag}={_SPECIAL.sub(_ESCAPED, _checked(getattr(key, tag)))}" for tag in tags)


def _checked(name: str) -> str:
    if not name or name.endswith("\\") or _CONTROL.search(name):
        raise BadRecord(f"{name!r} can't be a name in InfluxDB: it is empty, ends in a backslash or has a line break")
    return name
