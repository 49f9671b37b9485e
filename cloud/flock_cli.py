"""``henwise-cloud flock list | place | thin | transfer | harvest | close``: the book of flocks from a terminal."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from cloud.book.moment import Writing
from cloud.config import load_config
from cloud.errors import Unheard
from cloud.store.flocks import EventFacts, FlockFacts, KeptFlock
from cloud.store.records import Records
from cloud.verb import ConfigOption, sentences
from contract.place import checked_slug

BIRDS_MAX = 10_000_000

app = typer.Typer(no_args_is_help=True, help="Flocks: who lives in a house, and what becomes of them.")

DayOption = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day; today unless given.")]
BirdsOption = Annotated[int, typer.Option(min=1, max=BIRDS_MAX, help="How many birds.")]
KilogramsOption = Annotated[float | None, typer.Option(min=0, help="Live weight of all of them in kg.")]
NoteOption = Annotated[str, typer.Option(help="A word for later.")]
WithdrawalOption = Annotated[
    bool, typer.Option("--despite-withdrawal", help="They went although a withdrawal time runs.")
]


class Sexes(StrEnum):
    """Which birds were placed."""

    MIXED = "mixed"
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Desk:
    """The opened records, and the moment of writing."""

    records: Records
    now: datetime
    today: date

    @property
    def now_ms(self) -> int:
        """Return the moment as Unix time in ms."""
        return int(self.now.timestamp() * 1000)


@contextmanager
def _desk(config: Path | None, farm: str, house: str) -> Iterator[Desk]:
    from cloud.store.folder import opened_records
    from cloud.store.zones import Zones

    with sentences():
        settings = load_config(config)
        checked_slug(farm)
        checked_slug(house)
        now = datetime.now(UTC)
        with opened_records(settings) as records:
            yield Desk(records, now, Zones(records, settings.zone).day(farm, now))


@app.command("list")
def list_flocks(farm: str, house: str, config: ConfigOption = None) -> None:
    """List the flocks of a house, newest first."""
    from cloud.book.answers import flock_records

    with _desk(config, farm, house) as desk:
        for one in flock_records(desk.records, farm, house):
            state = f"closed on {one.closed_on}" if one.closed_on else f"{one.birds} birds in the house"
            typer.echo(f"{one.flock}: {one.placed_birds} {one.breed}, {one.sex}, placed on {one.placed_on}, {state}")


@app.command()
def place(
    farm: str,
    house: str,
    *,
    breed: Annotated[str, typer.Option(help="A breed with a standard such as ross-308, or a name of your own.")],
    placed_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of placement: day 0.")],
    birds: Annotated[int, typer.Option(min=1, max=BIRDS_MAX, help="Birds placed.")],
    sex: Annotated[Sexes, typer.Option(help="Which birds.")] = Sexes.MIXED,
    hatchery: Annotated[str, typer.Option(help="Where the chicks are from.")] = "",
    dead_on_arrival: Annotated[int, typer.Option(min=0, help="Birds that died on the way.")] = 0,
    note: NoteOption = "",
    config: ConfigOption = None,
) -> None:
    """Note which birds moved into a house, and when; the same day again corrects the entry."""
    from cloud.book.flocks import FlockBook
    from cloud.flock.growth import standards
    from cloud.store.curves import curve_of
    from cloud.store.flocks import default_id, read

    facts = FlockFacts(house, breed, placed_on.date(), birds, sex.value, hatchery, dead_on_arrival, note)
    with _desk(config, farm, house) as desk:
        placed = [one for one in read(desk.records, farm).flocks if _same_day(one, facts)]
        known = placed[0] if placed else None
        flock = known.flock if known else default_id(house, facts.placed_on)
        corrects = known.version if known else None
        facts = replace(facts, curve=known.facts.curve if known else None)
        FlockBook(desk.records, farm).place(flock, facts, _writing(desk), corrects=corrects)
        held = curve_of(desk.records, farm, breed, facts.curve)
    typer.echo(f"{birds} {breed} in {farm}/{house} since {facts.placed_on}, as flock {flock}.")
    if held is None:
        typer.echo(f"There is no standard for {breed!r}, so its weights stand alone; known: {', '.join(standards())}.")


@app.command()
def thin(
    farm: str,
    house: str,
    *,
    birds: BirdsOption,
    kilograms: KilogramsOption = None,
    on: DayOption = None,
    note: NoteOption = "",
    despite_withdrawal: WithdrawalOption = False,
    config: ConfigOption = None,
) -> None:
    """Note that birds were caught early, to give the others room."""
    sold = Sold(birds, kilograms, despite_withdrawal)
    _tell(Where(farm, house, on, config), lambda told: replace(told, kind="thinned", note=note, **asdict(sold)))


@app.command()
def harvest(
    farm: str,
    house: str,
    *,
    birds: BirdsOption,
    kilograms: KilogramsOption = None,
    on: DayOption = None,
    note: NoteOption = "",
    despite_withdrawal: WithdrawalOption = False,
    config: ConfigOption = None,
) -> None:
    """Note that birds were sold; --note says to whom."""
    sold = Sold(birds, kilograms, despite_withdrawal)
    _tell(Where(farm, house, on, config), lambda told: replace(told, kind="harvested", note=note, **asdict(sold)))


@app.command()
def transfer(
    farm: str,
    house: str,
    to_house: str,
    *,
    birds: BirdsOption,
    on: DayOption = None,
    note: NoteOption = "",
    config: ConfigOption = None,
) -> None:
    """Note that birds moved to another house of the farm; their age goes on."""
    _tell(
        Where(farm, house, on, config),
        lambda told: replace(told, kind="transferred", birds=birds, to_house=to_house, note=note),
    )


@app.command()
def close(farm: str, house: str, *, on: DayOption = None, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Note that the flock in a house is over, in all its houses."""
    _tell(Where(farm, house, on, config), lambda told: replace(told, note=note))


@dataclass(frozen=True, slots=True)
class Where:
    """The house and day a command is about."""

    farm: str
    house: str
    on: datetime | None
    config: Path | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Birds that left the farm."""

    birds: int
    kilograms: float | None
    despite_withdrawal: bool


def _tell(where: Where, complete: Callable[[EventFacts], EventFacts]) -> None:
    """Write an event down; ``complete`` says what it is of the closing that it begins as."""
    from cloud.book.answers import flock_record
    from cloud.book.flocks import FlockBook

    with _desk(where.config, where.farm, where.house) as desk:
        day = where.on.date() if where.on else desk.today
        flock = _living(desk, where, day)
        facts = complete(EventFacts(flock, where.house, "closed", day, desk.now_ms))
        FlockBook(desk.records, where.farm).tell(str(uuid4()), facts, _writing(desk))
        record = flock_record(desk.records, where.farm, flock)
    birds = record.birds if record else 0
    typer.echo(f"Noted as {facts.kind} on {day}: flock {flock} should have {birds} birds now.")


def _living(desk: Desk, where: Where, day: date) -> str:
    from cloud.flock.stays import stay_on
    from cloud.store.flocks import read

    stay = stay_on(read(desk.records, where.farm).stays(where.house), day)
    if stay is None:
        raise Unheard(
            "no_flock", f"no flock lived in {where.farm}/{where.house} on {day}; see flock list", "当天没有鸡群"
        )
    return stay.flock


def _same_day(kept: KeptFlock, facts: FlockFacts) -> bool:
    return (kept.facts.house, kept.facts.placed_on) == (facts.house, facts.placed_on)


def _writing(desk: Desk) -> Writing:
    return Writing(f"{getpass.getuser()} (terminal)", desk.now_ms, desk.today)
