import itertools
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, func, inspect, select, text

from cloud.errors import BadRecord, CannotStart
from cloud.rights import RIGHTS, Grants, Role
from cloud.store import farms, flocks, houses, ledger, memberships, migrations, people, sessions
from cloud.store.engines import PATIENCE_S
from cloud.store.flocks import FlockFacts
from cloud.store.houses import Candidate
from cloud.store.ledger import Refused, merged
from cloud.store.records import Records, insert_new
from cloud.store.tables import House, Organisation, Table, User
from contract.place import checked_slug
from tests.cloud.placing import place
from tests.cloud.sending import NOON, PI
from tests.postgresql import PostgreSQL

PASSWORD = "long enough"


def test_the_migrations_make_exactly_the_tables_of_the_models(records: Records):
    with records.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_opening_again_keeps_what_is_there(records_at: Path | URL):
    for day in (1, 2):
        records = Records(records_at)
        records.open()
        place(records, FlockFacts(f"house-{day}", "ross-308", date(2026, 11, day), 5))
        records.close()
    records.open()
    assert houses.names(records) == [("hill", "house-1"), ("hill", "house-2")]
    records.close()


def test_a_database_of_the_first_version_is_brought_up_and_down(records: Records):
    """What the first version kept of counts can't be read any more; the next count replaces it."""
    with records.writing() as connection:
        migrations.downgrade(connection, "0001")
        for leaf in ("count", "readings"):
            houses.offer_all(connection, [Candidate(PI, leaf, "cam-1", 10, delayed=False, message="{}")], now_ms=20)
        assert "findings" not in inspect(connection).get_table_names()
    records.close()
    records.open()
    assert houses.newest(records, PI.farm, PI.house, "count") == []
    assert len(houses.newest(records, PI.farm, PI.house, "readings")) == 1
    with records.reading() as connection:
        assert {"findings", "verdicts"} <= set(inspect(connection).get_table_names())


def test_what_is_there_goes_into_one_organisation_whose_owners_the_present_users_are(records: Records):
    people.add_user(records, people.Passwords(), "mei", PASSWORD, NOON)
    mei = people.Passwords().check(records, "mei", PASSWORD) or 0
    session = sessions.begin(records, mei, NOON, timedelta(days=30))
    with records.writing() as connection:
        houses.seen(connection, [("hill", "house-1"), ("hill", "house-2"), ("valley", "house-1")], 5)
        migrations.downgrade(connection, "0003")
        connection.exec_driver_sql("INSERT INTO users (name, password_hash, created_ms) VALUES ('li', '', 9)")
    records.close()
    records.open()
    with records.reading() as connection:
        ids = connection.scalars(select(User.id)).all()
        [organisation] = connection.scalars(select(Organisation.id)).all()
    assert len(ids) == 2
    for user_id in ids:
        granted = memberships.grants_of(records, user_id)
        assert granted == Grants(
            dict.fromkeys(["hill", "valley"], RIGHTS[Role.OWNER]), {organisation: RIGHTS[Role.OWNER]}
        )
    person = sessions.person(records, session, NOON, timedelta(days=30))
    assert (person and person.name) == "mei"


def test_farms_heard_of_before_there_was_anybody_belong_to_the_first_organisation(records: Records):
    with records.writing() as connection:
        houses.seen(connection, [("hill", "house-1")], 5)
    people.add_user(records, people.Passwords(), "mei", PASSWORD, NOON)
    with records.writing() as connection:
        houses.seen(connection, [("valley", "house-1")], 6)
        farms.make_organisation(connection, "another", 7)
        houses.seen(connection, [("stream", "house-1")], 8)
        owners = [farms.owner_of(connection, farm) for farm in ("hill", "valley", "stream")]
    assert owners[0] is not None
    assert owners == [owners[0], owners[0], None]


def test_a_member_of_one_farm_sees_no_other_and_not_the_organisation(records: Records):
    with records.writing() as connection:
        houses.seen(connection, [("hill", "house-1"), ("valley", "house-1")], 5)
    people.add_user(records, people.Passwords(), "mei", PASSWORD, NOON)
    people.add_user(records, people.Passwords(), "li", PASSWORD, NOON, role=Role.VIEWER, farm="hill")
    li = people.Passwords().check(records, "li", PASSWORD) or 0
    assert memberships.grants_of(records, li) == Grants({"hill": RIGHTS[Role.VIEWER]})
    with pytest.raises(BadRecord, match="no farm 'nowhere'"):
        people.add_user(records, people.Passwords(), "wang", PASSWORD, NOON, farm="nowhere")


def test_tables_of_a_newer_version_are_refused_with_a_sentence(postgresql: PostgreSQL, tmp_path: Path):
    for where in (postgresql.database(), tmp_path / "records.db"):
        records = Records(where)
        records.open()
        with records.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        records.close()
        with pytest.raises(CannotStart, match="newer Henwise"):
            records.open()
        records.close()


def test_a_failed_transaction_leaves_nothing(records: Records):
    def fail() -> None:
        with records.writing() as connection:
            houses.seen(connection, [("hill", "house-2")], 0)
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert houses.names(records) == []


def test_a_reader_sees_one_moment(records: Records):
    with records.reading() as connection:
        before = connection.scalar(select(func.count()).select_from(House))
        place(records, FlockFacts("house-2", "ross-308", date(2026, 11, 1), 5))
        assert connection.scalar(select(func.count()).select_from(House)) == before == 0
    assert houses.names(records) == [("hill", "house-2")]


def test_a_row_is_new_once(records: Records):
    row = {"farm": "hill", "house": "house-2", "first_seen_ms": 1}
    with records.writing() as connection:
        assert [insert_new(connection, House, row) for _ in range(2)] == [True, False]


def test_a_value_that_can_not_be_kept_is_the_callers_mistake(records: Records):
    candidate = Candidate(PI, "readings", "thermo-1", 2**70, delayed=False, message="{}")
    with pytest.raises(BadRecord), records.writing() as connection:
        houses.offer_all(connection, [candidate], now_ms=2**71)


def test_writers_at_once_lose_nothing_of_each_other(records: Records):
    """Each looks first and writes then, all of them at the same rows."""
    boot, writers, each = secrets.token_hex(8), 6, 15

    def write(writer: int) -> None:
        for number in range(each):
            seq = writer + number * writers + 1
            with records.writing() as connection:
                houses.seen(connection, [("hill", f"house-{number}")], seq)
                ledger.settle(connection, PI, boot, [(seq, seq)])
                text = str(seq)
                houses.offer_all(connection, [Candidate(PI, "readings", "t-1", seq, False, text)], now_ms=1_000)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert ledger.settled(records, PI)[boot] == [(1, writers * each)]
    assert [row.message for row in houses.newest(records, PI.farm, PI.house, "readings")] == [str(writers * each)]
    assert len(houses.names(records)) == each


def test_services_that_start_at_once_make_the_tables_once(postgresql: PostgreSQL, tmp_path: Path):
    for where in (postgresql.database(), tmp_path / "records.db"):
        services = [Records(where) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Records.open, services))
        assert houses.names(services[2]) == []
        for service in services:
            service.close()


def test_a_service_that_starts_waits_while_another_one_makes_the_tables(tmp_path: Path):
    first, second = Records(tmp_path / "records.db"), Records(tmp_path / "records.db")
    first.open()
    with ThreadPoolExecutor(1) as pool:
        with first.writing():
            opening = pool.submit(second.open)
            time.sleep(PATIENCE_S + 1)  # as long as a slow machine may take
            assert not opening.done()
        opening.result()
    for service in (first, second):
        service.close()


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda r: (r[0], r[0] + r[1]))))
def test_merged_ranges_hold_the_same_numbers_and_never_touch(ranges: list[tuple[int, int]]):
    result = merged(ranges)
    assert {n for first, last in result for n in range(first, last + 1)} == {
        n for first, last in ranges for n in range(first, last + 1)
    }
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(result))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(batches=st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=8), max_size=12))
def test_the_ledger_counts_like_a_set(records: Records, batches: list[list[int]]):
    boot = secrets.token_hex(8)  # one of its own for each example
    for batch in batches:
        with records.writing() as connection:
            ledger.settle(connection, PI, boot, [(seq, seq) for seq in batch])
    assert ledger.settled(records, PI).get(boot, []) == merged((seq, seq) for batch in batches for seq in batch)


def test_gaps_without_end_stay_few_rows(records: Records, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger, "RANGES_MOST", 4)
    for batch in range(5):
        with records.writing() as connection:
            ledger.settle(connection, PI, "b", [(seq, seq) for seq in range(6 * batch + 1, 6 * batch + 7, 2)])
    assert ledger.settled(records, PI) == {"b": [(1, 23), (25, 25), (27, 27), (29, 29)]}


def test_kept_messages_are_cut_and_bounded(records: Records):
    with records.writing() as connection:
        for number in range(12):
            ledger.keep_aside(connection, Refused(f"t/{number}", b"x" * 100_000, "because"), 0)
        ledger.trim_kept(connection, keep=5)
    kept = ledger.kept(records)
    assert [message.topic for message in kept] == [f"t/{number}" for number in range(7, 12)]
    assert {len(message.payload) for message in kept} == {64 * 1024}


@pytest.mark.parametrize(
    ("at_ms", "delayed", "known_delayed", "wins"),
    [
        (11, False, False, True),
        (10, False, False, False),
        (9, False, False, False),
        (11, True, False, False),
        (11, True, True, True),
        (9, True, True, False),
        (11, False, True, True),
    ],
)
def test_only_newer_and_never_late_over_live(
    records: Records, at_ms: int, delayed: bool, known_delayed: bool, wins: bool
):
    def offer(at_ms: int, delayed: bool, text: str) -> bool:
        with records.writing() as connection:
            candidate = Candidate(PI, "readings", "thermo-1", at_ms, delayed, text)
            return bool(houses.offer_all(connection, [candidate], now_ms=20))

    assert offer(10, known_delayed, "known")
    assert offer(at_ms, delayed, "new") == wins
    [row] = houses.newest(records, PI.farm, PI.house, "readings")
    assert row.message == ("new" if wins else "known")


def test_a_value_from_the_future_gives_way_once_the_clock_is_set(records: Records):
    """As of a Pi whose clock ran eight hours ahead, the usual mistake of a local time taken for UTC."""
    now_ms = 1_800_000_000_000

    def offer(ahead_h: int, text: str) -> bool:
        candidate = Candidate(PI, "readings", "thermo-1", now_ms + ahead_h * 3_600_000, delayed=False, message=text)
        with records.writing() as connection:
            return bool(houses.offer_all(connection, [candidate], now_ms))

    assert offer(8, "ahead")
    assert offer(0, "clock set")
    assert not offer(-1, "older")
    [row] = houses.newest(records, PI.farm, PI.house, "readings")
    assert row.message == "clock set"


def test_the_newest_flock_that_is_not_in_the_future_lives_in_the_house(records: Records):
    for day in (1, 20, 25):
        place(records, FlockFacts("house-2", "ross-308", date(2026, 11, day), day))
    place(records, FlockFacts("house-2", "cobb-500", date(2026, 11, 20), 7), version=2)
    living = flocks.flock_on(records, "hill", "house-2", date(2026, 11, 22))
    assert living is not None
    assert (living.version, living.facts) == (2, FlockFacts("house-2", "cobb-500", date(2026, 11, 20), 7))
    assert flocks.flock_on(records, "hill", "house-2", date(2026, 10, 31)) is None


def test_a_flock_of_an_older_version_becomes_one_with_an_id_and_goes_back(records: Records):
    former = [{"farm": "hill", "house": house, "placed_on": "2026-11-01", "breed": "ross-308", "placed_birds": 480}
              for house in ("house-2", "h" * 63)]  # fmt: skip
    with records.writing() as connection:
        migrations.downgrade(connection, "0007")
        for row in former:
            connection.execute(
                text("INSERT INTO flocks VALUES (:farm, :house, :placed_on, :breed, :placed_birds)"), row
            )
    records.close()
    records.open()
    known = flocks.read(records, "hill")
    assert {one.facts for one in known.flocks} == {
        FlockFacts(row["house"], "ross-308", date(2026, 11, 1), 480) for row in former
    }
    assert known.find(flocks.default_id("house-2", date(2026, 11, 1))) is not None
    assert all(checked_slug(one.flock) for one in known.flocks)
    place(records, FlockFacts("house-2", "ross-308", date(2026, 11, 1), 470), version=2)
    with records.writing() as connection:
        migrations.downgrade(connection, "0007")
        rows = connection.execute(text("SELECT * FROM flocks")).mappings().all()
    assert {(row["house"], str(row["placed_on"]), row["placed_birds"]) for row in rows} == {
        ("house-2", "2026-11-01", 470),
        ("h" * 63, "2026-11-01", 480),
    }


class TestPeople:
    LIFE = timedelta(days=30)

    def add(self, records: Records, name: str = "mei", password: str = PASSWORD, **more: bool) -> None:
        people.add_user(records, people.Passwords(), name, password, NOON, **more)

    def sign_in(self, records: Records, name: str = "mei", password: str = PASSWORD) -> str | None:
        user_id = people.Passwords().check(records, name, password)
        return sessions.begin(records, user_id, NOON, self.LIFE) if user_id else None

    def name(self, records: Records, token: str, days: int = 0) -> str | None:
        person = sessions.person(records, token, NOON + timedelta(days=days), self.LIFE)
        return person.name if person else None

    def test_right_password_opens_wrong_one_and_wrong_name_do_not(self, records: Records):
        self.add(records)
        token = self.sign_in(records)
        assert token is not None
        assert self.name(records, token) == "mei"
        assert self.sign_in(records, password="long enougH") is None
        assert self.sign_in(records, name="mei2") is None

    def test_neither_password_nor_token_is_kept(self, records: Records):
        self.add(records, password="a very secret phrase")
        token = self.sign_in(records, password="a very secret phrase")
        assert token is not None
        with records.reading() as connection:
            content = str([connection.execute(select(table)).all() for table in Table.metadata.sorted_tables])
        assert "argon2id" in content
        assert "a very secret phrase" not in content
        assert token not in content

    def test_a_session_ends_by_itself_but_lives_on_while_used(self, records: Records):
        self.add(records)
        token = self.sign_in(records) or ""
        assert self.name(records, token, 20) == "mei"
        assert self.name(records, token, 49) == "mei"
        assert self.name(records, token, 80) is None

    def test_signing_out_ends_this_session_only(self, records: Records):
        self.add(records)
        first, second = self.sign_in(records) or "", self.sign_in(records) or ""
        sessions.end(records, first)
        assert self.name(records, first) is None
        assert self.name(records, second) == "mei"

    def test_a_name_is_taken_once_unless_replaced(self, records: Records):
        self.add(records)
        token = self.sign_in(records) or ""
        with pytest.raises(BadRecord, match="already a user 'mei'"):
            self.add(records)
        self.add(records, password="another phrase", replace=True)
        assert self.name(records, token) is None
        assert self.sign_in(records) is None
        assert self.sign_in(records, password="another phrase")

    @pytest.mark.parametrize(("name", "password"), [("", "long enough"), (" mei", "long enough"), ("mei", "short")])
    def test_poor_names_and_passwords_are_refused(self, records: Records, name: str, password: str):
        with pytest.raises(BadRecord):
            self.add(records, name, password)
