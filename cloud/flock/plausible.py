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
            f"入雏日期 {placed_on} 超过 {OLDEST_FLOCK_DAYS} 天前或 {NEXT_FLOCK_DAYS} 天后，请检查年份。",
        )
    if dead_on_arrival > placed_birds:
        raise Implausible(
            "more_gone_than_there",
            f"{dead_on_arrival} dead on arrival are more than the {placed_birds} birds placed.",
            f"到场死亡 {dead_on_arrival} 只，多于入雏数 {placed_birds} 只。",
        )


def check_day(day: date, today: date) -> None:
    """Check the day that somebody writes about.

    Raises:
        Implausible: it has not come yet, or is longer ago than a flock lives.
    """
    if day > today:
        raise Implausible(
            "day_not_come", f"{day} has not come yet; today is {today}.", f"{day} 还没到，今天是 {today}。"
        )
    if (today - day).days > OLDEST_FLOCK_DAYS:
        sentence = f"{day} is more than {OLDEST_FLOCK_DAYS} days ago; look at the year."
        raise Implausible("day_long_ago", sentence, f"{day} 已超过 {OLDEST_FLOCK_DAYS} 天，请检查年份。")


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
            f"{day} 不可能减少 {birds} 只：按已有记录只剩 {max(may_go, 0)} 只。请检查数字，或先更正之前的记录。",
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
            f"{birds} 只鸡吃不了 {kilograms:g} 公斤，请按公斤填写，不要按克或斤。",
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
            f"{birds} 只鸡喝不了 {litres:g} 升，请填写上次记录以来水表增加的升数，而不是水表读数。",
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
        f"{birds} 只共 {kilograms:g} 公斤，每只 {each:.3g} 公斤，不合理。请填写全部鸡的总重（公斤）。",
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
            f"{day} 开始的用药不可能在 {until} 结束，请填写最后一次用药的日期。",
        )
