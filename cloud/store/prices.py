"""Records of what farmers entered of prices, and of the weight their birds are sold at."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import select

from cloud.flock.economics import Cost, Prices
from cloud.store.records import Records, upsert
from cloud.store.tables import FarmPrices


@dataclass(frozen=True, slots=True)
class KeptPrices:
    """Prices as they are kept; ``target_grams`` is the weight to sell at, None when nobody said."""

    prices: Prices
    target_grams: float | None
    by: str
    kept_ms: int


def keep(records: Records, farm: str, kept: KeptPrices) -> None:
    """Keep the prices of a farm in place of earlier ones."""
    document = {"prices": asdict(kept.prices), "target_grams": kept.target_grams}
    with records.writing() as connection:
        row = {"farm": farm, "document": json.dumps(document, ensure_ascii=False)}
        upsert(connection, FarmPrices, {**row, "by": kept.by, "kept_ms": kept.kept_ms})


def read(records: Records, farm: str) -> KeptPrices | None:
    """Return the prices of a farm, None when nobody entered any."""
    with records.reading() as connection:
        row = connection.execute(select(FarmPrices).where(FarmPrices.farm == farm)).first()
    if row is None:
        return None
    document = json.loads(row.document)
    others = tuple(Cost(**one) for one in document["prices"].pop("others"))
    return KeptPrices(Prices(**document["prices"], others=others), document["target_grams"], row.by, row.kept_ms)
