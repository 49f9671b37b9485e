"""What can't be true of a flock or a day in a house: checks that refuse with a sentence. Pure.

The bounds on feed, water and weight are our own and wide: they catch a wrong unit or a slipped decimal point, not a
bad day. An entry may cover a week, since many farmers weigh the rest in the silo once a week.
"""

from datetime import date, timedelta
from typing import Final

from cloud.errors import Implausible

FEED_KG_PER_BIRD: Final = 3.0
"""No chicken eats more in a week: a grown broiler takes about 0.2 kg a day."""

WATER_LITRES_PER_BIRD: Final = 10.0
"""No chicken drinks more in a week, in the worst heat either."""

BIRD_KG: Final = (0.02, 10.0)
"""A bird that is sold weighs something between a day-old chick and a heavy tom of the giant breeds."""

OLDEST_FLOCK_DAYS: Final = 1_000
NEXT_FLOCK_DAYS: Final = 60
TREATMENT_DAYS: Final = 365


def check_placing(placed_on: date, placed_birds: int, dead_on_arrival: int, today: date) -> None:
    """Check when a flock was placed, and how many of it died on the way.

    Raises:
        Implausible: the day is too far away, or more are dead than were placed.
    """
    if not -NEXT_FLOCK_DAYS <= (today - placed_on).days <= OLDEST_FLOCK_DAYS:
        raise Implausible(
            "placed_on_far_away",
            f"{placed_on} is more than {OLDEST_FLOCK_DAYS} days ago or {NEXT_FLOCK_DAYS} days ahead; look at the year.",
            day=placed_on.isoformat(),
        )
    if dead_on_arrival > placed_birds:
        raise Implausible(
            "more_gone_than_there",
            f"{dead_on_arrival} dead on arrival are more than the {placed_birds} birds placed.",
            birds=dead_on_arrival,
            there=placed_birds,
        )


def check_day(day: date, today: date) -> None:
    """Check the day that somebody writes about.

    Raises:
        Implausible: it has not come yet, or is longer ago than a flock lives.
    """
    if day > today:
        raise Implausible("day_not_come", f"{day} has not come yet; today is {today}.", day=day.isoformat())
    if (today - day).days > OLDEST_FLOCK_DAYS:
        sentence = f"{day} is more than {OLDEST_FLOCK_DAYS} days ago; look at the year."
        raise Implausible("day_long_ago", sentence, day=day.isoformat())


def check_going(birds: int, may_go: int, day: date) -> None:
    """Check that no more birds go than there are.

    Raises:
        Implausible: more would go.
    """
    if birds > may_go:
        raise Implausible(
            "more_gone_than_there",
            f"{birds} birds can't go on {day}: only {max(may_go, 0)} are left by what was written down until now. "
            "Look at the number, or correct the earlier entries first.",
            birds=birds,
            there=max(may_go, 0),
            day=day.isoformat(),
        )


def check_feed_eaten(kilograms: float, birds: int) -> None:
    """Check feed eaten against the birds that were there.

    Raises:
        Implausible: nobody eats that much.
    """
    if kilograms > FEED_KG_PER_BIRD * birds:
        raise Implausible(
            "feed_beyond_eating",
            f"{kilograms:g} kg are more than {birds} birds can eat; give it in kg, not in g.",
            amount=kilograms,
            birds=birds,
        )


def check_water(litres: float, birds: int) -> None:
    """Check water against the birds that were there.

    Raises:
        Implausible: nobody drinks that much.
    """
    if litres > WATER_LITRES_PER_BIRD * birds:
        raise Implausible(
            "water_beyond_drinking",
            f"{litres:g} l are more than {birds} birds can drink; give litres, and what the meter rose by since the "
            "last entry, not what it shows.",
            amount=litres,
            birds=birds,
        )


def check_bird_weight(kilograms: float | None, birds: int) -> None:
    """Check the weight of birds that were sold.

    Raises:
        Implausible: no chicken weighs that much or that little.
    """
    low, high = BIRD_KG
    if kilograms is None or birds == 0 or low <= kilograms / birds <= high:
        return
    each = kilograms / birds
    raise Implausible(
        "bird_weight_impossible",
        f"{kilograms:g} kg of {birds} birds would be {each:.3g} kg each; give the weight of all of them in kg.",
        amount=kilograms,
        birds=birds,
    )


def check_treatment(day: date, until: date | None) -> None:
    """Check the days of a treatment.

    Raises:
        Implausible: it ends before it begins, or a year later.
    """
    if until is not None and not timedelta(0) <= until - day <= timedelta(days=TREATMENT_DAYS):
        raise Implausible(
            "treatment_days",
            f"A treatment from {day} can't end on {until}; give the day of the last dose.",
            day=until.isoformat(),
        )
