"""What a house has set for itself, over the shipped rules; and the limits that follow on a day. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cloud.alerts.rules.judging import OFF, Bounds, Timing
from cloud.alerts.rules.table import Birds, Rule, Standard, Steps, order_problem, rules, within
from cloud.alerts.rules.targets import species_of, target_celsius
from cloud.errors import Unfit
from cloud.flock.growth import BreedStandard, age_days

TARGET_ROWS_MAX = 60
OLDEST_DAYS = 1_000
HOLD_MAX_MIN = 2_880


class _Set(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnLimits(_Set):
    """What a house's people set for one rule; it counts for birds of every age."""

    enabled: bool = True
    watch: float | None = None
    warning: float | None = None
    severe: float | None = None
    hold_min: float | None = Field(default=None, ge=0, le=HOLD_MAX_MIN, description="null: the rule's own")


class HouseSettings(_Set):
    """All that a house has set; what is not here is as shipped."""

    standard: Standard = "eu"
    targets: tuple[tuple[float, float], ...] | None = Field(
        default=None,
        min_length=1,
        max_length=TARGET_ROWS_MAX,
        description="own temperatures: rows of age in days and °C, rising in age; null: as shipped for the breed",
    )
    rules: Mapping[str, OwnLimits] = Field(default_factory=dict, description="by the rule's key")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for key, own in self.rules.items():
            if problem := own_problem(key, own):
                raise Unfit(f"{key}: {problem}", f"{key}：{problem.zh}")
        ages = [age for age, _ in self.targets or ()]
        if ages != sorted(set(ages)) or any(not 0 <= age <= OLDEST_DAYS for age in ages):
            raise Unfit(
                f"targets: ages must rise from row to row, 0 to {OLDEST_DAYS} days",
                f"targets：日龄须逐行增大，0 至 {OLDEST_DAYS} 天",
            )
        if any(not 0 <= celsius <= 45 for _, celsius in self.targets or ()):  # noqa: PLR2004  # no chick wants more
            raise Unfit("targets: temperatures must lie between 0 and 45 °C", "targets：温度须在 0 至 45 °C 之间")
        return self


def own_problem(key: str, own: OwnLimits) -> Unfit | None:
    """Say why limits can't be set like this; None when they can."""
    rule = rules().get(key)
    if rule is None:
        return Unfit(f"is not a rule; known are: {', '.join(rules())}", "没有这条规则")
    steps = Steps(watch=own.watch, warning=own.warning, severe=own.severe)
    given = [limit for limit in steps.limits if limit is not None]
    if own.enabled and not given:
        return Unfit("give at least one limit, or switch the rule off", "请至少填写一级限值，或关闭该规则")
    low, high = rule.range
    if any(not low <= limit <= high for limit in given):
        between = f"limits must lie between {low:g} and {high:g} {rule.unit}".rstrip()
        return Unfit(between, f"限值须在 {low:g} 至 {high:g} {rule.unit} 之间".replace("  ", " "))
    return order_problem(steps, above=rule.above)


def readable(document: str) -> HouseSettings:
    """Read kept settings; what an older version allowed for a rule and this one does not is as shipped again."""
    fields: dict[str, Any] = json.loads(document)
    own = {key: OwnLimits.model_validate(value) for key, value in fields.get("rules", {}).items()}
    fields["rules"] = {key: limits for key, limits in own.items() if own_problem(key, limits) is None}
    return HouseSettings.model_validate(fields)


@dataclass(frozen=True, slots=True)
class Lives:
    """The flock in a house: breed, day of placement, and the curve it is held against; None without any."""

    breed: str
    placed_on: date
    curve: BreedStandard | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule's limits on one day.

    Attributes:
        bounds: in the signal's unit; ``OFF`` when the rule says nothing that day.
        target: what the limits are measured from, None without one.
    """

    bounds: Bounds
    target: float | None = None


def timing_of(rule: Rule, settings: HouseSettings) -> Timing:
    """Return a rule's times in a house."""
    own = settings.rules.get(rule.key)
    return rule.timing(own.hold_min if own else None)


def limits_on(rule: Rule, settings: HouseSettings, flock: Lives | None, day: date) -> Limits:
    """Return a rule's limits in a house on a day."""
    own = settings.rules.get(rule.key)
    age = age_days(flock.placed_on, day) if flock else None
    if (own is not None and not own.enabled) or (rule.from_age and not within(age, rule.from_age, None)):
        return Limits(OFF)
    steps = (
        Steps(watch=own.watch, warning=own.warning, severe=own.severe) if own else _shipped(rule, settings, flock, age)
    )
    if rule.against is None:
        return Limits(Bounds(rule.above, steps.limits, rule.hysteresis))
    if flock is None or age is None:
        return Limits(OFF)
    target = target_celsius(flock.breed, age, settings.targets)
    watch, warning, severe = (None if limit is None else target + limit for limit in steps.limits)
    return Limits(Bounds(rule.above, (watch, warning, severe), rule.hysteresis), target)


def birds_of(settings: HouseSettings, flock: Lives | None, age: int | None) -> Birds:
    """Return what limits depend on."""
    breed = flock.breed if flock else None
    return Birds(breed=breed, species=species_of(breed) if breed else None, age_days=age, standard=settings.standard)


def _shipped(rule: Rule, settings: HouseSettings, flock: Lives | None, age: int | None) -> Steps:
    return rule.steps_for(birds_of(settings, flock, age))
