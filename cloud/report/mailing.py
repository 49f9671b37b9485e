"""Reports as messages: the few figures that matter in words, the files with them. Blocking; call it from a thread.

Files are made when a message is sent, not when it is asked for: the same data make the same bytes, so a message that is
tried again carries the same report, and nothing has to be kept meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cloud.alerts.delivery.audience import name_of
from cloud.alerts.delivery.content import Content, ReportAsked, Words
from cloud.alerts.delivery.kinds import EMAIL
from cloud.alerts.delivery.notice import Language
from cloud.alerts.delivery.outgoing import Attach, Attached
from cloud.alerts.delivery.planner import new_id
from cloud.api.language import LANGUAGES
from cloud.book.stock import houses_of
from cloud.errors import Implausible
from cloud.report.desk import Wish, report
from cloud.report.files import Format, made
from cloud.report.gather import Gatherer
from cloud.report.printed import Printed, PrintedFigure, number
from cloud.store import channels, flocks
from cloud.store.channels import KeptChannel, Owner
from cloud.store.notifications import Letter
from cloud.store.records import Records

PURPOSE: Final = "report"
FLOCKS_PAGE: Final = "/flocks"
TOLD: Final = ("birds", "weight", "against_curve", "gain", "losses", "fcr", "epef", "thi_alert", "forecast", "bin_days")
"""Figures that stand in the message itself."""


def attachments(gatherer: Gatherer) -> Attach:
    """Return what makes a report's files for a message."""

    def attach(asked: ReportAsked, language: Language) -> Sequence[Attached]:
        wish = Wish(asked.kind, asked.flocks, asked.last, language, asked.units, asked.reads)
        told = report(gatherer, wish)
        files = [made(told, form, bom=True) for form in asked.formats]
        return [Attached(one.name, one.media_type, one.content) for one in files]

    return attach


def mailboxes(records: Records, user: int) -> list[KeptChannel]:
    """Return a person's e-mail channels.

    Raises:
        Implausible: they have none.
    """
    found = [one for one in channels.of(records, Owner(user=user)) if one.kind == EMAIL]
    if not found:
        sentence = "You have no e-mail channel yet; add your address under Notifications, then send the report again."
        raise Implausible("no_mailbox", sentence, "您还没有邮箱渠道，请先在“通知”里添加邮箱，再发送报告。")
    return found


def letter(
    gatherer: Gatherer, wish: Wish, formats: Sequence[Format], user: int, boxes: Sequence[KeptChannel]
) -> Letter:
    """Return a report as a message to a person.

    Raises:
        Unheard: there is no such flock, or its birds had not come.
    """
    told = {language: report(gatherer, replace(wish, language=language)) for language in LANGUAGES}
    farms = {farm for farm, _ in wish.flocks}
    return Letter(
        id=new_id(),
        # What is about several farms is kept under none: who reads one of them may not read the others.
        farm=farms.pop() if len(farms) == 1 else "",
        house=None,
        recipient=name_of(user),
        user=user,
        purpose=PURPOSE,
        content=Content(
            words={language: _words(one) for language, one in told.items()},
            level="watch",
            page=_page(gatherer.records, wish),
            report=ReportAsked(
                kind=wish.kind,
                flocks=wish.flocks,
                last=wish.last,
                units=wish.units,
                formats=tuple(formats),
                reads=wish.reads,
            ),
        ),
        channels=tuple(box.id for box in boxes),
    )


def _page(records: Records, wish: Wish) -> str:
    """Return the dashboard's page with the same figures: of a flock that of its house, of several the one of flocks."""
    [(farm, flock), *others] = wish.flocks
    houses = houses_of(flocks.read(records, farm), flock)
    return f"/houses/{farm}/{houses[-1]}/flock" if houses and not others else FLOCKS_PAGE


def _words(told: Printed) -> Words:
    parts = [f"{told.title}: {told.first} – {told.last}"]
    if told.kind == "comparison":
        parts += [f"{group.name}\n{_lines(group.figures)}" for group in told.groups]
    else:
        parts.append(_lines([one for group in told.groups for one in group.figures]))
    parts += told.notes
    return Words(subject=f"{told.title}: {_about(told)}", body="\n\n".join(part for part in parts if part))


def _about(told: Printed) -> str:
    names = [group.name for group in told.groups] if told.kind == "comparison" else [told.subtitle]
    return ", ".join(names)


def _lines(figures: Sequence[PrintedFigure]) -> str:
    return "\n".join(_line(one) for one in figures if one.key in TOLD and one.value is not None)


def _line(one: PrintedFigure) -> str:
    target = f" (◎ {number(one.target, one.decimals)})" if one.target is not None else ""
    return f"{one.name}: {one.text}{target}"
