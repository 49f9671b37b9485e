"""Writing about flocks: placing one, what becomes of its birds, closing it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from sqlalchemy import Connection

from cloud.book.log import nobody_there
from cloud.book.moment import Writing
from cloud.book.stock import changes_of, houses_of, treatments_of
from cloud.errors import Collides, Implausible, Outdated, Unheard
from cloud.flock.plausible import check_bird_weight, check_day, check_going, check_placing
from cloud.flock.stays import stay_on
from cloud.flock.stock import birds_on, may_go_on, never_below_zero
from cloud.flock.withdrawal import free_from, running_on
from cloud.store import audit, curves, daily_log, flocks, houses
from cloud.store.flocks import GOING, EventFacts, FlockFacts, Flocks, KeptEvent, KeptFlock
from cloud.store.records import Records


@dataclass(frozen=True, slots=True)
class FlockBook:
    """The flocks of one farm."""

    records: Records
    farm: str

    def place(
        self, flock: str, facts: FlockFacts, writing: Writing, *, corrects: int | None = None
    ) -> tuple[KeptFlock, bool]:
        """Keep a flock; return it, and whether something changed. ``corrects`` is the version a correction knows.

        Raises:
            Implausible: it can't be true, or what was written about the flock's days no longer could.
            Collides: the id is taken, or another flock is in the house.
            Unheard: it corrects a flock that is not there, or its curve is not known.
            Outdated: it corrects a version that was corrected meanwhile.
        """
        with self.records.writing() as connection:
            before = flocks.load(connection, self.farm)
            known = before.find(flock)
            if known is not None and known.facts == facts:
                return known, False
            _check_version(flock, known, corrects)
            version = known.version + 1 if known else 1
            kept = KeptFlock(flock, version, facts, writing.by, writing.now_ms)
            after = replace(before, flocks=(*(one for one in before.flocks if one.flock != flock), kept))
            check_placing(facts.placed_on, facts.placed_birds, facts.dead_on_arrival, writing.today)
            _check_free(before, flock, facts, writing.today)
            self._check_curve(connection, known.facts if known else None, facts)
            self._check_log(connection, before, after, flock)
            flocks.add_version(connection, self.farm, kept)
            self._note(connection, writing, "flock-corrected" if known else "flock-placed", facts.house, flock)
        return kept, True

    def tell(self, event: str, facts: EventFacts, writing: Writing) -> tuple[KeptEvent, bool]:
        """Keep an event of a flock; return it, and whether it is new.

        Raises:
            Implausible: it can't be true, or birds would go for slaughter inside a withdrawal time.
            Collides: the id is taken, the flock is closed, or the other house is full.
            Unheard: there is no such flock, event or house.
            Outdated: it corrects an event that was corrected or taken back meanwhile.
        """
        with self.records.writing() as connection:
            known = flocks.find_event(connection, self.farm, event)
            if known is not None:
                return _same(known, facts), False
            everything = flocks.load(connection, self.farm)
            before = everything
            if facts.replaces is not None:
                self._check_replaced(connection, facts)
                before = everything.without(facts.replaces)
            empties = self._check(connection, before, facts, writing.today)
            kept = KeptEvent(event, facts, empties, writing.by, writing.now_ms)
            after = replace(before, events=(*before.events, kept))
            self._check_log(connection, everything, after, facts.flock)
            flocks.add_event(connection, self.farm, kept)
            self._note(connection, writing, f"flock-{facts.kind}", facts.house, facts.flock)
        return kept, True

    def withdraw(self, house: str, flock: str, event: str, writing: Writing) -> None:
        """Take an event back; it stays in the records. Again changes nothing.

        Raises:
            Implausible: what was written since no longer could be true.
            Unheard: there is no such event.
            Outdated: it was corrected meanwhile.
        """
        with self.records.writing() as connection:
            known = self._event(connection, house, flock, event)
            later = flocks.replacement(connection, self.farm, event)
            if later is not None and later.facts.kind == "withdrawn":
                return
            if later is not None:
                raise _corrected_meanwhile()
            before = flocks.load(connection, self.farm)
            self._check_log(connection, before, before.without(event), flock)
            facts = EventFacts(flock, house, "withdrawn", known.facts.day, writing.now_ms, replaces=event)
            row = KeptEvent(str(uuid4()), facts, empties=False, by=writing.by, kept_ms=writing.now_ms)
            flocks.add_event(connection, self.farm, row)
            self._note(connection, writing, f"flock-{known.facts.kind}-withdrawn", house, flock)

    def _note(self, connection: Connection, writing: Writing, action: str, house: str, flock: str) -> None:
        audit.note(connection, writing.actor, action, f"{house}: {flock}", farm=self.farm)

    def _event(self, connection: Connection, house: str, flock: str, event: str) -> KeptEvent:
        known = flocks.find_event(connection, self.farm, event)
        if known is None or known.facts.kind == "withdrawn" or (known.facts.house, known.facts.flock) != (house, flock):
            sentence = f"Flock {flock!r} has no event {event!r} in this house; read it again."
            raise Unheard("no_such_event", sentence, "该批次在这栋鸡舍没有这条记录，请刷新。")
        return known

    def _check_curve(self, connection: Connection, known: FlockFacts | None, facts: FlockFacts) -> None:
        """Check a curve that is chosen now; one that was forgotten since must not hinder another correction."""
        if facts.curve is None or (known is not None and known.curve == facts.curve):
            return
        if not curves.known(connection, self.farm, facts.curve):
            sentence = f"There is no curve {facts.curve!r} on this farm; choose one from the list."
            raise Unheard("no_such_curve", sentence, f"本场没有曲线“{facts.curve}”，请从列表中选择。")

    def _check_replaced(self, connection: Connection, facts: EventFacts) -> None:
        replaced = self._event(connection, facts.house, facts.flock, facts.replaces or "")
        if flocks.replacement(connection, self.farm, replaced.event) is not None:
            raise _corrected_meanwhile()
        if replaced.facts.kind != facts.kind:
            sentence = f"An event {replaced.facts.kind!r} can't become one {facts.kind!r}: take it back, write anew."
            raise Implausible("other_kind", sentence, "更正不能改变记录的种类：请撤回后重新填写。")

    def _check(self, connection: Connection, before: Flocks, facts: EventFacts, today: date) -> bool:
        """Check an event; return whether it takes the last birds to another house."""
        if before.find(facts.flock) is None:
            sentence = f"There is no flock {facts.flock!r} on this farm."
            raise Unheard("no_such_flock", sentence, f"本场没有批次 {facts.flock}。")
        check_day(facts.day, today)
        _check_open(before, facts)
        stays = before.stays(facts.house)
        stay = stay_on(stays, facts.day)
        if stay is None:
            raise nobody_there(stays, facts.day)
        if stay.flock != facts.flock:
            sentence = f"Flock {stay.flock!r} was in this house on {facts.day}, not {facts.flock!r}."
            zh = f"{facts.day} 在这栋鸡舍的是批次 {stay.flock}，不是 {facts.flock}。"
            raise Collides("other_flock", sentence, zh)
        if facts.kind not in GOING:
            return False
        changes = changes_of(connection, before, self.farm, facts.house, stay)
        birds = facts.birds or 0
        check_going(birds, may_go_on(changes, facts.day), facts.day)
        if facts.to_house is not None:
            self._check_target(connection, before, facts)
            return birds == birds_on(changes, facts.day)
        check_bird_weight(facts.kilograms, birds)
        self._check_withdrawal(connection, before, facts)
        return False

    def _check_target(self, connection: Connection, before: Flocks, facts: EventFacts) -> None:
        target = facts.to_house or ""
        if target == facts.house:
            sentence = "Birds can't move to the house they are in; name the other one."
            raise Implausible("same_house", sentence, "转群的目的鸡舍与原鸡舍相同，请选另一栋。")
        if not houses.known(connection, self.farm, target):
            sentence = f"There is no house {self.farm}/{target}."
            raise Unheard("no_such_house", sentence, f"没有鸡舍 {self.farm}/{target}。")
        stay = stay_on(before.stays(target), facts.day)
        if stay is not None and stay.flock != facts.flock and stay.last != facts.day:
            raise _occupied(target, stay.flock)

    def _check_withdrawal(self, connection: Connection, before: Flocks, facts: EventFacts) -> None:
        if facts.despite_withdrawal:
            return
        running = running_on(treatments_of(connection, before, self.farm, facts.flock), facts.day)
        if running:
            names, free = ", ".join(sorted({one.name for one in running})), free_from(running)
            until = f"the birds are free from {free}" if free else "its withdrawal time is not known"
            until_zh = f"{free} 起可出栏" if free else "休药期未知"
            raise Implausible(
                "inside_withdrawal",
                f"The withdrawal time of {names} still runs on {facts.day}: {until}. If the birds went all the "
                "same, say so with despite_withdrawal.",
                f"{facts.day} 仍在 {names} 的休药期内：{until_zh}。如确已出栏，请注明“休药期内出栏”。",
            )

    def _check_log(self, connection: Connection, before: Flocks, after: Flocks, flock: str) -> None:
        """Check that what was written before still fits: no day falls out of the stay, no stock below zero."""
        for house in dict.fromkeys([*houses_of(before, flock), *houses_of(after, flock)]):
            told = {change.day for change in daily_log.changes(connection, self.farm, house)}
            lost = {day for day in told if stay_on(before.stays(house), day) and not stay_on(after.stays(house), day)}
            if lost:
                day = min(lost)
                sentence = f"Deaths or culls were written down for {day} in {house}; take those entries back first."
                zh = f"{house} 在 {day} 有死亡或淘汰记录，请先撤回这些记录。"
                raise Implausible("log_does_not_fit", sentence, zh)
            for stay in after.stays(house):
                short = never_below_zero(changes_of(connection, after, self.farm, house, stay))
                if short is not None:
                    sentence = f"{house} would have fewer birds than none on {short}; look at the numbers since."
                    zh = f"{house} 在 {short} 的存栏数将小于零，请检查之后的记录。"
                    raise Implausible("below_zero", sentence, zh)


def _check_version(flock: str, known: KeptFlock | None, corrects: int | None) -> None:
    if known is None:
        if corrects is not None:
            raise Unheard("no_such_flock", f"There is no flock {flock!r} to correct.", f"没有可更正的批次 {flock}。")
        return
    if corrects is None:
        raise Collides(
            "id_taken",
            f"Flock {flock!r} was placed with other facts. To correct it, send If-Match with the ETag you have read; "
            "for another flock, send another id.",
            f"批次 {flock} 已登记，且内容不同：请刷新后更正，或使用新的编号。",
        )
    if corrects != known.version:
        raise _corrected_meanwhile()


def _check_free(before: Flocks, flock: str, facts: FlockFacts, today: date) -> None:
    known = before.find(flock)
    if known is not None and known.facts.house != facts.house:
        sentence = f"Flock {flock!r} was placed in {known.facts.house}; write a transfer, or close it and place anew."
        zh = f"批次 {flock} 登记在 {known.facts.house}：请登记转群，或结束该批次后重新登记。"
        raise Collides("placed_elsewhere", sentence, zh)
    others = replace(before, flocks=tuple(one for one in before.flocks if one.flock != flock))
    stay = stay_on(others.stays(facts.house), facts.placed_on)
    if stay is None or stay.last == facts.placed_on:
        return
    if facts.placed_on <= today or stay.first == facts.placed_on:
        raise _occupied(facts.house, stay.flock)


def _check_open(before: Flocks, facts: EventFacts) -> None:
    closed_on = before.closed_on(facts.flock)
    if closed_on is not None and (facts.kind == "closed" or facts.day > closed_on):
        sentence = f"Flock {facts.flock!r} was closed on {closed_on}; take the closing back first."
        zh = f"批次 {facts.flock} 已于 {closed_on} 结束，请先撤回结束记录。"
        raise Collides("flock_closed", sentence, zh)
    if facts.kind == "closed":
        later = [one.facts.day for one in before.of(facts.flock) if one.facts.day > facts.day]
        if later:
            sentence = f"Something was written about the flock on {max(later)}; it can't be closed before that."
            zh = f"该批次在 {max(later)} 还有记录，不能在此之前结束。"
            raise Implausible("closed_too_early", sentence, zh)


def _same(known: KeptEvent, facts: EventFacts) -> KeptEvent:
    if known.facts != facts:
        raise Collides(
            "id_taken",
            f"The id {known.event!r} belongs to another event already. To correct that one, send a new id and name "
            "it as replaces.",
            "该编号已用于另一条记录。",
        )
    return known


def _occupied(house: str, flock: str) -> Collides:
    sentence = f"Flock {flock!r} is in {house} on that day; close it first, or name another house or day."
    return Collides("house_occupied", sentence, f"当天 {house} 里有批次 {flock}：请先结束它，或换鸡舍、换日期。")


def _corrected_meanwhile() -> Outdated:
    sentence = "This was corrected or taken back meanwhile; read it again, then decide."
    return Outdated("corrected_meanwhile", sentence, "该记录刚刚已被更正或撤回，请刷新后再决定。")
