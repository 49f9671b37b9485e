"""Records of farms' own growth curves."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from cloud.flock.growth import BreedStandard, standards
from cloud.store.records import Records, upsert
from cloud.store.tables import GrowthCurve


@dataclass(frozen=True, slots=True)
class KeptCurve:
    """A farm's own curve as it is kept; ``formula`` is what it was made by, None when its points were entered."""

    curve: BreedStandard
    formula: dict[str, Any] | None
    by: str
    kept_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """What a flock is held against; ``own``: a curve of the farm, not of the breeder."""

    curve: BreedStandard
    own: bool


def keep(records: Records, farm: str, kept: KeptCurve) -> None:
    """Keep a curve; it takes the place of an earlier one of the breed."""
    curve = kept.curve
    row = {
        "farm": farm,
        "breed": curve.breed,
        "source": curve.source,
        "points": json.dumps(list(zip(curve.age_days, curve.grams, strict=True))),
        "formula": json.dumps(kept.formula) if kept.formula is not None else None,
        "by": kept.by,
        "kept_ms": kept.kept_ms,
    }
    with records.writing() as connection:
        upsert(connection, GrowthCurve, row)


def forget(records: Records, farm: str, breed: str) -> bool:
    """Forget a curve; say whether there was one."""
    is_it = (GrowthCurve.farm == farm, GrowthCurve.breed == breed)
    with records.writing() as connection:
        return bool(connection.execute(delete(GrowthCurve).where(*is_it)).rowcount)


def listed(records: Records, farm: str) -> list[KeptCurve]:
    """List a farm's own curves by breed."""
    query = select(GrowthCurve).where(GrowthCurve.farm == farm).order_by(GrowthCurve.breed)
    with records.reading() as connection:
        return [_kept(row) for row in connection.execute(query)]


def curve_of(records: Records, farm: str, breed: str, chosen: str | None = None) -> Held | None:
    """Return what a flock is held against on a farm; None without any.

    It is the curve that was chosen for the flock, or that of its breed where none was, or the chosen one is gone; the
    farm's own of a name goes before the breeder's.
    """
    names = [name for name in (chosen, breed) if name is not None]
    query = select(GrowthCurve).where(GrowthCurve.farm == farm, GrowthCurve.breed.in_(names))
    with records.reading() as connection:
        own = {row.breed: _kept(row).curve for row in connection.execute(query)}
    for name in names:
        if curve := own.get(name) or standards().get(name):
            return Held(curve, own=name in own)
    return None


def known(connection: Connection, farm: str, name: str) -> bool:
    """Say whether a farm has a curve of a name: its own or the breeder's."""
    own = select(GrowthCurve.breed).where(GrowthCurve.farm == farm, GrowthCurve.breed == name)
    return name in standards() or connection.execute(own).first() is not None


def _kept(row: Row[Any]) -> KeptCurve:
    ages, grams = zip(*json.loads(row.points), strict=True)
    curve = BreedStandard(row.breed, row.source, tuple(ages), tuple(grams))
    return KeptCurve(curve, json.loads(row.formula) if row.formula else None, row.by, row.kept_ms)
