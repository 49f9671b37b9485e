"""Growth curves of a farm's own: entered, read from a file, made by a formula, or fitted to past flocks."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cloud.api.models.base import Answer
from cloud.api.models.weight import CurvePoint
from cloud.api.models.words import Words
from cloud.errors import Unfit
from contract.messages import UtcTime
from contract.place import Slug

CSV_MOST_CHARACTERS = 100_000
FLOCKS_MOST = 50

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class CurveFormula(BaseModel):
    """A growth curve by formula; docs/reports.md has the formulas."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["gompertz", "logistic", "richards"]
    asymptote_grams: Annotated[Positive, Field(le=50_000)]
    rate_per_day: Annotated[Positive, Field(le=2)]
    inflection_days: float = Field(ge=-200, le=1_000, allow_inf_nan=False)
    shape: Annotated[Positive, Field(le=50)] | None = Field(default=None, description="of Richards only")

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        if (self.shape is None) == (self.kind == "richards"):
            raise Unfit("shape: Richards has one, the others have none", "shape：只有 Richards 曲线需要填写")
        return self


class OwnCurve(BaseModel):
    """A farm's own curve: exactly one of ``csv`` and ``formula``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Words = Field(default="", description="where it is from")
    csv: str | None = Field(
        default=None, max_length=CSV_MOST_CHARACTERS, description="lines of age in days and weight in g"
    )
    formula: CurveFormula | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.csv is None) == (self.formula is None):
            raise Unfit("give one of csv and formula", "csv 与 formula 请只填一项")
        return self


class CurveNow(Answer):
    """A curve that flocks of a breed are held against on a farm."""

    breed: str
    own: bool = Field(description="the farm's own; otherwise the breeder's")
    source: str
    points: list[CurvePoint]
    formula: CurveFormula | None
    by: str
    kept_at: UtcTime | None


class FitAsked(BaseModel):
    """Past flocks of the farm that a curve shall be fitted to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flocks: list[Slug] = Field(min_length=1, max_length=FLOCKS_MOST)
    kind: Literal["gompertz", "logistic", "richards"] | None = Field(
        default=None, description="null: the one that fits best"
    )


class FittedNow(Answer):
    """A fitted curve, and how well it fits; send its formula to keep it."""

    formula: CurveFormula
    deviations: list[float] = Field(description="standard errors of asymptote, rate, inflection and shape")
    residual_percent: float = Field(description="standard deviation of the weights around the curve")
    weights: int = Field(description="daily means it was fitted to")
    points: list[CurvePoint]
