"""What differs between the two databases of the records."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from cloud.config import CloudConfig, load_config
from cloud.errors import BadConfig, CannotStart, StoreUnavailable
from cloud.store import houses
from cloud.store.folder import opened_records, records_of
from cloud.store.records import Records
from tests.postgresql import PostgreSQL
from tests.servers import free_port


@pytest.fixture
def own_server() -> Iterator[PostgreSQL]:
    """A server that this test may kill."""
    server = PostgreSQL(durable=True)
    server.make()
    yield server
    server.remove()


def see(records: Records, house: str) -> None:
    with records.writing() as connection:
        houses.seen(connection, [("hill", house)], 0)


class TestSQLite:
    def test_commits_are_synced(self, tmp_path: Path):
        records = Records(tmp_path / "records.db")
        records.open()
        with records.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        records.close()

    def test_a_foreign_file_is_unavailable_not_a_traceback(self, tmp_path: Path):
        (tmp_path / "folder.db").mkdir()
        (tmp_path / "text.db").write_text("this is not a database\n" * 100)
        for name in ("folder.db", "text.db"):
            with pytest.raises(StoreUnavailable, match=name):
                Records(tmp_path / name).open()


class TestPostgreSQL:
    def test_commits_are_synced_whatever_the_servers_default(self, postgresql: PostgreSQL):
        url = postgresql.database()
        postgresql.execute(f'ALTER DATABASE "{url.database}" SET synchronous_commit = off')
        records = Records(url)
        records.open()
        with records.reading() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        records.close()

    def test_a_server_that_is_away_is_unavailable_and_its_password_is_not_told(self):
        away = URL.create("postgresql+psycopg", "mei", "secret", "127.0.0.1", free_port(), "henwise")
        with pytest.raises(StoreUnavailable, match=r"mei:\*\*\*@127.0.0.1") as refusal:
            Records(away).open()
        assert "secret" not in str(refusal.value)

    def test_records_survive_a_killed_server_and_are_there_again_without_a_restart_of_ours(
        self, own_server: PostgreSQL
    ):
        records = Records(own_server.database())
        records.open()
        see(records, "house-1")
        own_server.kill()
        with pytest.raises(StoreUnavailable):
            see(records, "house-2")
        own_server.start()
        see(records, "house-3")
        assert houses.names(records) == [("hill", "house-1"), ("hill", "house-3")]
        records.close()

    def test_a_server_that_ends_in_the_middle_of_a_transaction_is_unavailable(self, own_server: PostgreSQL):
        records = Records(own_server.database())
        records.open()
        with pytest.raises(StoreUnavailable), records.writing() as connection:
            houses.seen(connection, [("hill", "house-1")], 0)
            own_server.kill()
            houses.seen(connection, [("hill", "house-2")], 0)
        own_server.start()
        assert houses.names(records) == []
        records.close()

    def test_a_right_that_was_taken_away_keeps_nothing_aside(self, postgresql: PostgreSQL):
        """The message is as good as ever; it waits until the right is back."""
        records = Records(postgresql.database())
        records.open()
        with records.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE houses RENAME TO elsewhere")
        with pytest.raises(StoreUnavailable):
            see(records, "house-1")
        records.close()

    def test_a_writer_that_waits_sees_what_the_one_before_it_wrote(self, postgresql: PostgreSQL):
        records = Records(postgresql.database())
        records.open()
        inside = threading.Event()

        def first() -> None:
            with records.writing() as connection:
                inside.set()
                time.sleep(0.3)
                houses.seen(connection, [("hill", "house-1")], 0)

        thread = threading.Thread(target=first)
        thread.start()
        inside.wait()
        with records.writing() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM houses").scalar() == 1
        thread.join()
        records.close()


class TestConfiguration:
    def test_without_a_word_they_are_in_the_data_folder(self, tmp_path: Path):
        with opened_records(CloudConfig(data_dir=tmp_path)):
            assert (tmp_path / "records.db").is_file()

    def test_the_password_comes_from_a_file_and_is_never_shown(self, tmp_path: Path, postgresql: PostgreSQL):
        url = postgresql.database()
        (tmp_path / "password").write_text("pass:word@/\n")
        config = load_config(
            None,
            {
                "HENWISE_RECORDS_URL": f"postgresql://henwise@127.0.0.1:{url.port}/{url.database}",
                "HENWISE_RECORDS_PASSWORD_FILE": str(tmp_path / "password"),
                "HENWISE_DATA_DIR": str(tmp_path),
            },
        )
        assert str(url.port) not in repr(config)
        with opened_records(config) as records:
            assert houses.names(records) == []
        assert records_of(config)._where.password == "pass:word@/"  # type: ignore[union-attr]

    def test_a_password_file_that_is_missing_says_so(self, tmp_path: Path):
        told = {"url": "postgresql://henwise@localhost/henwise", "password_file": tmp_path / "nothing"}
        with pytest.raises(CannotStart, match="password_file"):
            records_of(CloudConfig.model_validate({"records": told}))

    @pytest.mark.parametrize(
        "url", ["mysql://a@b/c", "records.db", "postgresql+asyncpg://a@b/c", "postgresql://a@b:x/c"]
    )
    def test_another_database_is_refused(self, url: str):
        with pytest.raises(BadConfig, match=r"records\.url") as refusal:
            load_config(None, {"HENWISE_RECORDS_URL": url})
        assert url not in str(refusal.value)
