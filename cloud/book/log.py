"""Writing the daily log of a house: an entry, its photo, a correction, taking one back."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from cloud.book.moment import Writing
from cloud.book.stock import changes_of
from cloud.errors import Collides, Implausible, Outdated, Unheard
from cloud.flock.plausible import check_day, check_feed_eaten, check_going, check_treatment, check_water
from cloud.flock.stays import Stay, stay_on
from cloud.flock.stock import Change, by_day, may_go_on
from cloud.ingest.jpeg import jpeg_problem
from cloud.store import daily_log, flocks
from cloud.store.daily_log import EntryFacts, EntryKind, KeptEntry, PhotoKey
from cloud.store.media import Media
from cloud.store.records import Records

WITHOUT_BIRDS: Final[frozenset[EntryKind]] = frozenset({"feed-delivered", "note"})
"""Kinds that may be about a day on which no flock was in the house: feed comes before the chicks do."""

LOSSES: Final[frozenset[EntryKind]] = frozenset({"mortality", "culls"})


@dataclass(frozen=True, slots=True)
class LogBook:
    """The daily log of one house."""

    records: Records
    farm: str
    house: str

    def write(self, entry: str, facts: EntryFacts, writing: Writing) -> tuple[KeptEntry, bool]:
        """Keep an entry; return it, and whether it is new.

        Raises:
            Implausible: it can't be true.
            Collides: the id is taken by another entry.
            Unheard: it corrects an entry that is not there.
            Outdated: it corrects an entry that was corrected or taken back meanwhile.
        """
        with self.records.writing() as connection:
            known = daily_log.find(connection, self.farm, self.house, entry)
            if known is not None:
                return _same(known, facts), False
            replaced = self._replaced(connection, facts) if facts.replaces else None
            self._check(connection, facts, writing.today)
            photo = replaced.photo if replaced else None
            kept = KeptEntry(entry, facts, photo, writing.by, writing.now_ms)
            daily_log.put(connection, self.farm, self.house, kept)
        return kept, True

    def withdraw(self, entry: str, writing: Writing) -> KeptEntry:
        """Take an entry back; it stays readable. Again changes nothing.

        Raises:
            Unheard: there is no such entry.
            Outdated: it was corrected meanwhile.
        """
        with self.records.writing() as connection:
            known = self._known(connection, entry)
            if known.withdrawn:
                return known
            if known.replaced_by:
                raise _corrected_meanwhile(known)
            facts = EntryFacts("withdrawn", known.facts.day, writing.now_ms, replaces=entry)
            row = KeptEntry(str(uuid4()), facts, None, writing.by, writing.now_ms)
            daily_log.put(connection, self.farm, self.house, row)
        return replace(known, replaced_by=row.entry, withdrawn=True)

    def photograph(self, media: Media, entry: str, jpeg: bytes) -> KeptEntry:
        """Keep the picture of an entry; the same again changes nothing.

        Raises:
            Unheard: there is no such entry.
            Implausible: this is no JPEG.
            Collides: the entry has another picture.
        """
        with self.records.reading() as connection:
            known = self._known(connection, entry)
        problem = jpeg_problem(jpeg)
        if problem:
            raise Implausible("no_jpeg", f"{problem[:1].upper()}{problem[1:]}.", "这不是完整的 JPEG 图片。")
        sha256 = hashlib.sha256(jpeg).hexdigest()
        if known.photo not in {None, sha256}:
            raise Collides(
                "photo_taken",
                "This entry has another photo already; write a new one.",
                "该记录已有另一张照片，请另写一条。",
            )
        media.write([(PhotoKey(self.farm, self.house, sha256), jpeg)])
        with self.records.writing() as connection:
            daily_log.photographed(connection, self.farm, self.house, entry, sha256)
        return replace(known, photo=sha256)

    def _known(self, connection: Connection, entry: str) -> KeptEntry:
        known = daily_log.find(connection, self.farm, self.house, entry)
        if known is None or known.facts.kind == "withdrawn":
            sentence = f"There is no entry {entry!r} in this house's log; read it again."
            raise Unheard("no_such_entry", sentence, "日志里没有这条记录，请刷新。")
        return known

    def _replaced(self, connection: Connection, facts: EntryFacts) -> KeptEntry:
        replaced = self._known(connection, facts.replaces or "")
        if replaced.replaced_by:
            raise _corrected_meanwhile(replaced)
        if replaced.facts.kind != facts.kind:
            raise Implausible(
                "other_kind",
                f"An entry about {replaced.facts.kind} can't become one about {facts.kind}: take it back, write anew.",
                "更正不能改变记录的种类：请撤回后重新填写。",
            )
        return replaced

    def _check(self, connection: Connection, facts: EntryFacts, today: date) -> None:
        check_day(facts.day, today)
        if facts.kind in WITHOUT_BIRDS:
            return
        known = flocks.load(connection, self.farm)
        stays = known.stays(self.house)
        stay = stay_on(stays, facts.day)
        if stay is None:
            raise nobody_there(stays, facts.day)
        changes = changes_of(connection, known, self.farm, self.house, stay, without=facts.replaces)
        if facts.kind in LOSSES:
            check_going(facts.birds or 0, may_go_on(changes, facts.day), facts.day)
        elif facts.kind == "feed-eaten":
            check_feed_eaten(facts.kilograms or 0, _there(changes, facts.day))
        elif facts.kind == "water":
            check_water(facts.litres or 0, _there(changes, facts.day))
        elif facts.kind == "medication":
            check_treatment(facts.day, facts.until)


def nobody_there(stays: list[Stay], day: date) -> Implausible:
    """Say why no flock was in the house on a day."""
    later = [stay for stay in stays if stay.first > day]
    earlier = [stay for stay in stays if stay.first <= day]
    if later and not earlier:
        first = later[0].first
        sentence = f"The flock came on {first}; {day} is before that."
        return Implausible("before_placement", sentence, f"鸡群 {first} 才入舍，{day} 在此之前。")
    if not stays:
        return Implausible(
            "no_flock", "No flock lives in this house; place one first.", "这栋鸡舍没有鸡群，请先登记入雏。"
        )
    sentence = f"The house was empty on {day}: the flock before had gone on {earlier[-1].last}."
    return Implausible("house_empty", sentence, f"{day} 鸡舍是空的：上一批 {earlier[-1].last} 已离舍。")


def _there(changes: list[Change], day: date) -> int:
    [about] = by_day(changes, day, day)
    return about.opening + about.came


def _same(known: KeptEntry, facts: EntryFacts) -> KeptEntry:
    if known.facts != facts:
        raise Collides(
            "id_taken",
            f"The id {known.entry!r} belongs to another entry already. To correct that one, send a new id and name "
            "it as replaces.",
            "该编号已用于另一条记录。",
        )
    return known


def _corrected_meanwhile(known: KeptEntry) -> Outdated:
    what = "taken back" if known.withdrawn else f"corrected by {known.replaced_by!r}"
    sentence = f"This entry was {what} meanwhile; read the log again, then decide."
    return Outdated("corrected_meanwhile", sentence, "这条记录刚刚已被更正或撤回，请刷新后再决定。")
