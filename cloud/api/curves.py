"""Growth curves: a farm's own beside the breeders'. Who writes needs the right ``flock``."""

from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from cloud.api.caller import WithCaller, may
from cloud.api.models import CurveFormula, CurveNow, CurvePoint, FitAsked, FittedNow, OwnCurve
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath
from cloud.api.problems import Refusal, not_found
from cloud.api.reports import gatherer, today
from cloud.api.services import Services, WithServices
from cloud.api.times import perhaps
from cloud.errors import BadFile
from cloud.flock.curve_file import read_curve
from cloud.flock.curves import Curve
from cloud.flock.fitting import Fitted, fit, fit_best
from cloud.flock.growth import BreedStandard, standards
from cloud.ingest.points import to_unix_ms
from cloud.report.other_figures import weighed
from cloud.rights import Right
from cloud.store import curves
from cloud.store.curves import KeptCurve

BreedPath = Annotated[str, Path(min_length=1, max_length=63, pattern=r"^[^\x00-\x1f/]+$")]
SOURCE = "own formula"

router = APIRouter(prefix="/farms", tags=["curves"])


@router.get("/{farm}/curves", dependencies=[Depends(may(Right.READ))])
def list_curves(
    farm: FarmPath, services: WithServices, page: Annotated[Paged, paging(200, 1_000, int, str)]
) -> list[CurveNow]:
    """List the curves that flocks are held against: the farm's own, then the breeders' of other breeds."""
    own = curves.listed(services.records, farm)
    names = {one.curve.breed for one in own}
    shipped = [_shipped(one) for breed, one in standards().items() if breed not in names]
    every = [*((0, _own(one)) for one in own), *((1, one) for one in shipped)]
    return [one for _, one in page.sliced(every, lambda ranked: (ranked[0], ranked[1].breed))]


@router.put("/{farm}/curves/{breed}", dependencies=[Depends(may(Right.FLOCK))])
def keep_curve(
    farm: FarmPath, breed: BreedPath, told: OwnCurve, services: WithServices, caller: WithCaller
) -> CurveNow:
    """Keep a farm's own curve of a breed; it takes the place of an earlier one, and of the breeder's."""
    kept = KeptCurve(_curve(breed, told), _plain(told.formula), caller.name, to_unix_ms(datetime.now(UTC)))
    curves.keep(services.records, farm, kept)
    return _own(kept)


@router.delete("/{farm}/curves/{breed}", status_code=HTTPStatus.NO_CONTENT, dependencies=[Depends(may(Right.FLOCK))])
def forget_curve(farm: FarmPath, breed: BreedPath, services: WithServices) -> None:
    """Forget a farm's own curve; the breeder's counts again where there is one."""
    if not curves.forget(services.records, farm, breed):
        raise not_found("no_such_curve", f"This farm has no own curve of {breed!r}.", zh="该品种没有自定义曲线。")


@router.post("/{farm}/curves/preview", dependencies=[Depends(may(Right.READ))])
def preview_curve(farm: FarmPath, told: OwnCurve) -> list[CurvePoint]:  # noqa: ARG001  # rights are by the farm
    """Return the curve that a table or a formula makes, refused as when it were kept; nothing is kept."""
    return _points(_curve("preview", told))


@router.post("/{farm}/curves/fit", dependencies=[Depends(may(Right.READ))])
async def fit_curve(farm: FarmPath, asked: FitAsked, services: WithServices, caller: WithCaller) -> FittedNow:
    """Fit a curve to the daily means of past flocks; nothing is kept."""
    return await services.heavy.do(caller.key, lambda: _fitted(services, farm, asked))


def _fitted(services: Services, farm: str, asked: FitAsked) -> FittedNow:
    reads, day = gatherer(services), today(services, farm)
    days = [one for flock in dict.fromkeys(asked.flocks) for one in weighed(reads.flock(farm, flock, day))]
    ages, grams = [float(one.age_days) for one in days], [one.grams for one in days]
    found = fit(ages, grams, asked.kind) if asked.kind else fit_best(ages, grams)
    return _told(found)


def _told(found: Fitted) -> FittedNow:
    curve = found.curve
    return FittedNow(
        formula=CurveFormula.model_construct(**asdict(curve)),
        deviations=list(found.deviations),
        residual_percent=100 * found.residual,
        weights=found.weights,
        points=_points(curve.tabled("", "")),
    )


def _curve(breed: str, told: OwnCurve) -> BreedStandard:
    if told.formula is not None:
        return Curve(**told.formula.model_dump()).tabled(breed, told.source or SOURCE)
    try:
        return read_curve(told.csv or "", breed, told.source or "own table")
    except BadFile as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_curve", str(error), zh=error.zh) from error


def _plain(formula: CurveFormula | None) -> dict[str, Any] | None:
    return formula.model_dump() if formula else None


def _own(kept: KeptCurve) -> CurveNow:
    formula = CurveFormula.model_validate(kept.formula) if kept.formula else None
    return CurveNow(
        breed=kept.curve.breed, own=True, source=kept.curve.source, points=_points(kept.curve), formula=formula,
        by=kept.by, kept_at=perhaps(kept.kept_ms),
    )  # fmt: skip


def _shipped(curve: BreedStandard) -> CurveNow:
    return CurveNow(
        breed=curve.breed, own=False, source=curve.source, points=_points(curve), formula=None, by="", kept_at=None
    )


def _points(curve: BreedStandard) -> list[CurvePoint]:
    pairs = zip(curve.age_days, curve.grams, strict=True)
    return [CurvePoint(age_days=age, grams=grams) for age, grams in pairs]
