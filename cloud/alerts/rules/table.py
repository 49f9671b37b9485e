"""The rules as data: a rule is a row of ``rules.toml``, read strictly."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cloud.alerts.rules.judging import Timing
from cloud.errors import Unfit

Group = Literal["climate", "weight", "birds", "intake", "devices"]
Species = Literal["broiler", "layer", "native"]
Standard = Literal["eu", "china", "breeder"]
"""Whose limits for gases a house keeps: EU 2007/43, NY/T 388, or the breeders' guideline."""

MINUTE_MS = 60_000


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentences(_Row):
    """What a rule says in one language: what is, how bad that is, what to do now."""

    name: str
    what: str
    means: str
    todo: str


class Steps(_Row):
    """Limits of the three levels, in the rule's unit; None where there is no such level."""

    watch: float | None = None
    warning: float | None = None
    severe: float | None = None

    @property
    def limits(self) -> tuple[float | None, float | None, float | None]:
        """The three in order."""
        return self.watch, self.warning, self.severe


class Variant(Steps):
    """Other limits for some birds or a standard; what is not said fits all."""

    species: Species | None = None
    breeds: tuple[str, ...] | None = None
    standard: Standard | None = None
    from_age: int | None = None
    to_age: int | None = None
    source: str | None = None
    verified: bool | None = None

    def fits(self, birds: "Birds") -> bool:
        """Say whether these limits are for such birds."""
        return (
            self.species in {None, birds.species}
            and (self.breeds is None or birds.breed in self.breeds)
            and self.standard in {None, birds.standard}
            and within(birds.age_days, self.from_age, self.to_age)
        )


class Rule(Steps):
    """One rule: which signal, which side, how far, how long, and what to say."""

    key: str
    group: Group
    signal: str
    side: Literal["above", "below"]
    against: Literal["target"] | None = None
    unit: str
    decimals: int
    range: tuple[float, float] = Field(description="what a person may set a limit to")
    hysteresis: float = Field(ge=0)
    hold_min: float = Field(ge=0)
    gap_min: float | None = None
    from_age: int | None = Field(default=None, description="age in days from which the rule means anything")
    source: str
    verified: bool
    when: tuple[Variant, ...] = ()
    en: Sentences
    zh: Sentences

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        every: tuple[Steps, ...] = (self, *self.when)
        for steps in every:
            if problem := order_problem(steps, above=self.above):
                raise ValueError(f"{self.key}: {problem}")
        return self

    @property
    def above(self) -> bool:
        """True when values above the limits are bad."""
        return self.side == "above"

    def timing(self, hold_min: float | None = None) -> Timing:
        """Return how long, with another hold time when one is given."""
        gap_ms = None if self.gap_min is None else int(self.gap_min * MINUTE_MS)
        return Timing(int((self.hold_min if hold_min is None else hold_min) * MINUTE_MS), gap_ms)

    def steps_for(self, birds: "Birds") -> "Rule | Variant":
        """Return the row of limits that counts for such birds: the last variant that fits, else the rule's own."""
        return next((variant for variant in reversed(self.when) if variant.fits(birds)), self)


class Birds(_Row):
    """What limits depend on: whose birds, how old, and whose standard the house keeps."""

    breed: str | None
    species: Species | None
    age_days: int | None
    standard: Standard = "eu"


def within(age_days: int | None, first: int | None, last: int | None) -> bool:
    """Say whether an age lies between two others, ends included; an unknown age is a grown bird's."""
    if age_days is None:
        return last is None
    return (first is None or age_days >= first) and (last is None or age_days <= last)


def order_problem(steps: Steps, *, above: bool) -> Unfit | None:
    """Say what is wrong with the order of limits: a graver level must not be reached before a lighter one."""
    given = [limit for limit in steps.limits if limit is not None]
    if given != sorted(given, reverse=not above):
        return Unfit("watch, warning and severe must go further step by step", "留意、警告、严重三级须逐级加重")
    return None


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its key, in the order of the file."""
    return {key: Rule.model_validate({"key": key, **row}) for key, row in _document("rules.toml").items()}


def _document(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
