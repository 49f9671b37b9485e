"""Prices a farmer enters, and the equipment calculator."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request

from cloud.api.caller import WithCaller, may, the_caller
from cloud.api.language import Language, language_of
from cloud.api.models import EquipmentAnswer, EquipmentAsked, PartTold, PricesNow, PricesTold, ReferenceList
from cloud.api.models.money import ReferencePart, Told
from cloud.api.paths import FarmPath
from cloud.api.services import WithServices
from cloud.api.times import perhaps
from cloud.flock.economics import Cost, Prices
from cloud.flock.equipment import Effect, Part, calculate, reference_list
from cloud.flock.reckoned import Reckoned
from cloud.ingest.points import to_unix_ms
from cloud.report.words import MISSING, say
from cloud.rights import Right
from cloud.store import prices
from cloud.store.prices import KeptPrices

CURRENCY = "CNY"

router = APIRouter(tags=["money"])


@router.get("/farms/{farm}/prices", dependencies=[Depends(may(Right.READ))])
def read_prices(farm: FarmPath, services: WithServices) -> PricesNow:
    """Return the prices of a farm."""
    kept = prices.read(services.records, farm)
    if kept is None:
        return PricesNow(prices=PricesTold(), by="", kept_at=None)
    return _now(kept)


@router.put("/farms/{farm}/prices", dependencies=[Depends(may(Right.FLOCK))])
def keep_prices(farm: FarmPath, told: PricesTold, services: WithServices, caller: WithCaller) -> PricesNow:
    """Enter the prices of a farm; they take the place of earlier ones."""
    entered = told.model_dump(exclude={"others", "target_grams"})
    others = tuple(Cost(one.name, one.amount, one.per) for one in told.others)
    now_ms = to_unix_ms(datetime.now(UTC))
    kept = KeptPrices(Prices(**entered, others=others), told.target_grams, caller.name, now_ms)
    prices.keep(services.records, farm, kept)
    return _now(kept)


@router.get("/equipment", dependencies=[Depends(the_caller)])
def read_equipment(request: Request) -> ReferenceList:
    """Return a list of the parts of one house, to start a calculation from."""
    english = language_of(request.headers) == "en"
    parts = [
        ReferencePart(
            key=part.key, name=part.en if english else part.zh, count=part.count, price=part.price,
            source=part.source, verified=part.verified,
        )
        for part in reference_list()
    ]  # fmt: skip
    return ReferenceList(currency=CURRENCY, parts=parts)


@router.post("/equipment", dependencies=[Depends(the_caller)])
def calculate_equipment(asked: EquipmentAsked, request: Request) -> EquipmentAnswer:
    """Return what follows from the figures that are entered: price against price, and when it has paid for itself."""
    language = language_of(request.headers)
    effect = Effect(asked.income_a_year, asked.more_income_percent, asked.saved_a_year, asked.running_a_year)
    found = calculate(_parts(asked.parts), _parts(asked.reference), effect)
    return EquipmentAnswer(
        ours=_told(found.ours, language),
        reference=_told(found.reference, language),
        cheaper_percent=_told(found.cheaper_percent, language),
        gain_a_year=_told(found.gain_a_year, language),
        payback_months=_told(found.payback_months, language),
        rests_on=_assumptions(asked, language),
    )


def _parts(told: list[PartTold]) -> list[Part]:
    return [Part(one.name, one.name, one.name, one.count, one.price) for one in told]


def _told(one: Reckoned, language: Language) -> Told:
    return Told(value=one.value, missing=say(MISSING[one.missing], language) if one.missing else None)


def _assumptions(asked: EquipmentAsked, language: Language) -> list[str]:
    income = "-" if asked.income_a_year is None else f"{asked.income_a_year:g}"
    if language == "zh":
        return [
            f"共 {len(asked.parts)} 项设备，对照清单 {len(asked.reference)} 项，价格由您填写",
            f"目前年收入 {income}，预计增收 {asked.more_income_percent:g}%",
            f"每年节省 {asked.saved_a_year:g}，每年运行费用 {asked.running_a_year:g}",
        ]
    return [
        f"{len(asked.parts)} parts against {len(asked.reference)} of the reference, at the prices you entered",
        f"an income of {income} a year, of which you expect {asked.more_income_percent:g} % more",
        f"{asked.saved_a_year:g} saved and {asked.running_a_year:g} spent on running it each year",
    ]


def _now(kept: KeptPrices) -> PricesNow:
    known = kept.prices
    told = PricesTold.model_validate(
        {
            "currency": known.currency,
            "chick": known.chick,
            "feed_kg": known.feed_kg,
            "live_kg": known.live_kg,
            "others": [{"name": one.name, "amount": one.amount, "per": one.per} for one in known.others],
            "feed_percent_per_degree": known.feed_percent_per_degree,
            "target_grams": kept.target_grams,
        }
    )
    return PricesNow(prices=told, by=kept.by, kept_at=perhaps(kept.kept_ms))
