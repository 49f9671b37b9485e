"""What equipment costs beside a reference, and when it has paid for itself: from entered figures only. Pure.

"60 % cheaper" and "20 % more income" are answers here, never claims: they follow from the prices and effects that
somebody enters, and every answer carries what it rests on. The one published ratio we know of is Aswan's sensor unit:
76 USD where commercial meters cost 321 (PMC12391344), 76 % less. No list price of a commercial system was to be had, so
the reference is the user's own offer.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cloud.flock.reckoned import Reckoned, known, lacking

MONTHS: float = 12.0


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a bill of materials; the price is of one piece, None where nobody entered one."""

    key: str
    en: str
    zh: str
    count: int
    price: float | None
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What somebody expects of the equipment, as entered.

    Attributes:
        income_a_year: of the houses without it.
        more_income_percent: how much more they expect with it.
        saved_a_year: work, feed, heating that they expect to save.
        running_a_year: what it costs to run: line, power, spare parts.
    """

    income_a_year: float | None
    more_income_percent: float
    saved_a_year: float
    running_a_year: float


@dataclass(frozen=True, slots=True)
class Calculation:
    """The answer.

    Attributes:
        ours: the whole bill.
        reference: the other one.
        cheaper_percent: by how much ours is below the reference.
        gain_a_year: what it brings a year, less running it.
        payback_months: until the bill has come back.
    """

    ours: Reckoned
    reference: Reckoned
    cheaper_percent: Reckoned
    gain_a_year: Reckoned
    payback_months: Reckoned


@cache
def reference_list() -> tuple[Part, ...]:
    """Return the shipped list of parts for one house, to start from."""
    text = files(__package__).joinpath("tables", "equipment.toml").read_text(encoding="utf-8")
    return tuple(Part(**row) for row in tomllib.loads(text)["part"])


def total(parts: Sequence[Part]) -> Reckoned:
    """Return what a bill comes to; lacking when a line has no price or there is none."""
    if not parts or any(part.price is None for part in parts if part.count):
        return lacking("no_price")
    return known(sum(part.count * (part.price or 0.0) for part in parts))


def calculate(parts: Sequence[Part], reference: Sequence[Part], effect: Effect) -> Calculation:
    """Return what follows from two bills and the effect somebody expects."""
    ours, theirs, gain = total(parts), total(reference), _gain(effect)
    return Calculation(ours, theirs, _cheaper(ours, theirs), gain, _payback(ours, gain))


def _cheaper(ours: Reckoned, theirs: Reckoned) -> Reckoned:
    if ours.value is None or not theirs.value:
        return lacking("no_price")
    return known(100 * (theirs.value - ours.value) / theirs.value)


def _gain(effect: Effect) -> Reckoned:
    if effect.income_a_year is None and effect.more_income_percent:
        return lacking("no_price")
    more = (effect.income_a_year or 0.0) * effect.more_income_percent / 100
    return known(more + effect.saved_a_year - effect.running_a_year)


def _payback(ours: Reckoned, gain: Reckoned) -> Reckoned:
    if ours.value is None or gain.value is None:
        return ours if ours.value is None else gain
    return known(MONTHS * ours.value / gain.value) if gain.value > 0 else lacking("not_reached")
