"""A real PostgreSQL of Debian's binaries, in a folder of its own, that can be killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

from tests.servers import free_port, wait_for_port

USER = "postgres"
OWNER = "henwise"

EMPTY = """
DO $$ DECLARE name text; filled boolean; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('TRUNCATE %I RESTART IDENTITY CASCADE', name); END IF;
  END LOOP;
END $$
"""


@cache
def programs() -> Path:
    """Return the folder of the newest server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert found, "no PostgreSQL server here: apt-get install postgresql-15"
    return found[-1].parent


class PostgreSQL:
    """One server on a free port of loopback.

    Args:
        durable: it syncs, so that a power cut of the process is survived as in a real installation.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.port = free_port()
        self._durable = durable
        self._folder = Path(tempfile.mkdtemp(prefix="henwise-postgresql-"))  # its user can't search pytest's folders
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def make(self) -> None:
        """Make an empty cluster and start it."""
        if os.getuid() == 0:
            shutil.chown(self._folder, USER, USER)
        command = [
            programs() / "initdb",
            "-D",
            self._data,
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*command, "--no-sync"], check=True, capture_output=True, **self._as_user)
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._folder,
            "fsync": "on" if self._durable else "off",
            "shared_buffers": "32MB",
            "max_connections": 60,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [programs() / "postgres", "-D", self._data, *options]
        with (self._folder.parent / f"{self._folder.name}.log").open("ab") as log:
            # A test run that is killed takes its database along.
            command = ["setpriv", "--pdeathsig", "INT", *command]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._as_user)
        wait_for_port(self.port, self._process)
        self._wait_until_recovered()

    def kill(self) -> None:
        """End the server and all of its children as a power cut does; nothing happens when it isn't running."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server as its operator does; open connections are cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(90)
            self._process = None

    def remove(self) -> None:
        """End it and leave nothing."""
        self.kill()
        shutil.rmtree(self._folder)
        (self._folder.parent / f"{self._folder.name}.log").unlink()

    def database(self) -> URL:
        """Make an empty database and return its address."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, database: str = "postgres") -> URL:
        """Return the address of a database."""
        return URL.create("postgresql+psycopg", OWNER, host="127.0.0.1", port=self.port, database=database)

    def empty(self, url: URL) -> None:
        """Take every row out of a database; the tables stay."""
        self.execute(EMPTY, url)

    def execute(self, statement: str, url: URL | None = None) -> None:
        """Run a statement outside of a transaction."""
        database = url.database if url else "postgres"
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _as_user(self) -> dict[str, Any]:
        """The server refuses to run as root."""
        as_user = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
        return {**as_user, "cwd": self._folder}

    def _wait_until_recovered(self) -> None:
        command = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "30"]
        while subprocess.run(command, check=False).returncode == 1:  # starting up: the log is being played again
            continue
