"""A report's way to a real mail server, asked for now and by a schedule; and from a terminal beside an open store."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from typer.testing import CliRunner

from cloud.api.services import Services
from cloud.cli import app as cli
from cloud.config import CloudConfig, NotifyConfig
from cloud.report.gather import Gatherer
from cloud.report.scheduler import Scheduler
from cloud.store import people
from cloud.store.channels import NewChannel, Owner, put
from cloud.store.embedded import EmbeddedSeries
from cloud.store.people import Passwords
from cloud.store.records import Records
from cloud.store.report_schedules import Schedule
from cloud.store.report_schedules import put as schedule
from cloud.store.sent import find
from cloud.store.tables import Notification
from cloud.store.zones import Zones
from tests.cloud.mailbox import Mailbox
from tests.cloud.whole_flock import PLACED_ON, ZONE, Where, fill

LAST = PLACED_ON + timedelta(days=20)


@pytest.fixture
def config(config: CloudConfig, mailbox: tuple[Mailbox, int]) -> CloudConfig:
    """The service with a mail server of its own."""
    smtp = f"mailto://127.0.0.1:{mailbox[1]}?from=hens@example.org&mode=insecure&smtp=127.0.0.1"
    return config.model_copy(update={"notify": NotifyConfig(smtp=SecretStr(smtp))})


async def test_a_comparison_arrives_in_the_mailbox(app: FastAPI, mei: httpx.AsyncClient, mailbox: tuple[Mailbox, int]):
    services: Services = app.state.services

    def both() -> None:
        fill(services.records, services.series, Where(), days=21, every_s=7200)
        fill(services.records, services.series, Where("valley", "house-1", "v-1"), days=21, every_s=7200, factor=0.9)

    await asyncio.to_thread(both)
    box = await mei.post("/api/v1/me/channels", json={"address": "mei@example.org", "label": "mail", "language": "zh"})
    assert box.status_code == 201, box.text
    asked = {"flocks": ["hill/f-1", "valley/v-1"], "last": str(LAST), "formats": ["pdf", "xlsx"]}
    answer = await mei.post("/api/v1/comparison/mail", json=asked)
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + 60
    while not mailbox[0].letters:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    [letter] = mailbox[0].letters
    assert "批次对比" in letter["Subject"]
    assert letter["To"] == "mei@example.org"
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert [name.rpartition(".")[2] for name in names if name] == ["pdf", "xlsx"]
    pdf = next(letter.iter_attachments()).get_content()
    assert pdf.startswith(b"%PDF-")
    # Who reads one of the farms, or takes its organisation's data along, sees nothing of the other.
    for farm in ("hill", "valley"):
        assert (await mei.get(f"/api/v1/farms/{farm}/notifications")).json() == []
    [own] = (await mei.get("/api/v1/me/notifications")).json()
    assert (own["purpose"], own["farm"], own["deliveries"][0]["state"]) == ("report", "", "delivered")


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Gatherer]:
    """A farm with a flock and Mei, who owns it and has a mailbox."""
    folder = tmp_path / "data"
    folder.mkdir()
    records, series = Records(folder / "records.db"), EmbeddedSeries(folder / "series.db")
    records.open()
    series.open()
    fill(records, series, Where(), days=21, every_s=7200)
    people.add_user(records, Passwords(), "mei", "correct horse", datetime.now(UTC))
    put(records, Owner(user=1), NewChannel("email", "mail", "email:mei@example.org", "mei@example.org", "en"), 0)
    yield Gatherer(series, records, Zones(records, ZONE))
    series.close()
    records.close()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def sent(records: Records) -> list[str]:
    with records.reading() as connection:
        return list(connection.scalars(Notification.__table__.select().with_only_columns(Notification.id)))


class TestSchedules:
    def daily(self, **more: object) -> Schedule:
        told = {"kind": "day", "weekday": None, "minute": 420, "formats": ("pdf",), "units": "si", **more}
        return Schedule("s-1", 1, "hill", **told)  # type: ignore[arg-type]

    def test_a_daily_report_comes_once_a_day_at_its_time(self, farm: Gatherer):
        schedule(farm.records, self.daily(), 0)
        now = [at(LAST, 6, 59)]
        scheduler = Scheduler(farm, clock=lambda: now[0])
        assert scheduler.send_due() == 0
        now[0] = at(LAST, 7, 1)
        assert scheduler.send_due() == 1
        assert scheduler.send_due() == 0
        assert Scheduler(farm, clock=lambda: now[0]).send_due() == 0, "another process after a restart"
        now[0] = at(LAST + timedelta(days=1), 7)
        assert scheduler.send_due() == 1
        contents = [message.content for one in sent(farm.records) if (message := find(farm.records, one))]
        covered = {content.report.last for content in contents if content.report}
        assert covered == {LAST - timedelta(days=1), LAST}
        assert all("Daily report" in content.words["en"].subject for content in contents)
        assert all("均重" in content.words["zh"].body for content in contents)

    def test_a_weekly_report_comes_on_its_weekday(self, farm: Gatherer):
        schedule(farm.records, self.daily(kind="week", weekday=LAST.weekday()), 0)
        assert Scheduler(farm, clock=lambda: at(LAST - timedelta(days=1), 8)).send_due() == 0
        assert Scheduler(farm, clock=lambda: at(LAST, 8)).send_due() == 1

    def test_what_is_hours_late_is_let_go(self, farm: Gatherer):
        schedule(farm.records, self.daily(), 0)
        assert Scheduler(farm, clock=lambda: at(LAST, 14)).send_due() == 0

    def test_who_may_not_take_reports_away_any_more_gets_none(self, farm: Gatherer):
        schedule(farm.records, self.daily(), 0)
        with farm.records.writing() as connection:
            connection.exec_driver_sql("UPDATE memberships SET role = 'viewer'")
        assert Scheduler(farm, clock=lambda: at(LAST, 8)).send_due() == 0


def test_a_report_from_a_terminal_beside_an_open_store(farm: Gatherer, tmp_path: Path):
    environment = {"HENWISE_DATA_DIR": str(tmp_path / "data")}
    for form, begins in (("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbfday")):
        out = tmp_path / f"report.{form}"
        command = ["report", "hill", "f-1", "--format", form, "--on", str(LAST), "--bom", "--out", str(out)]
        ran = CliRunner().invoke(cli, command, env=environment)
        assert ran.exit_code == 0, ran.output
        assert out.read_bytes().startswith(begins)
    nowhere = str(tmp_path / "no" / "report.csv")
    for arguments, says in (
        (["nobody"], "no flock 'nobody' on the farm 'hill'"),
        (["f-1", "--with", "f-2"], "write farm/flock"),
        (["f-1", "--on", "9999-12-31"], "has not come yet"),
        (["f-1", "--on", str(LAST), "--format", "csv", "--table", "no"], "it has: days"),
        (["f-1", "--on", str(LAST), "--format", "csv", "--out", nowhere], "can't be written"),
        (["f-1", "--kind", "day", "--with", "hill/f-2"], "flocks are compared"),
        (["f-1", "--table", "days"], "a PDF has all tables"),
    ):
        wrong = CliRunner().invoke(cli, ["report", "hill", *arguments], env=environment)
        assert wrong.exit_code in {1, 2}, wrong.output
        assert says in wrong.output
        assert isinstance(wrong.exception, SystemExit), "a sentence, no traceback"
