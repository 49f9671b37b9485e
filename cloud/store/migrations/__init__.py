"""Migrations of the records, run by Alembic at each start; ``versions`` holds one file per change."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from cloud.errors import CannotStart

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database to the newest version, or up to an older one, inside the caller's transaction.

    Raises:
        CannotStart: a newer Henwise made its tables.
    """
    try:
        command.upgrade(_config(connection), revision)
    except CommandError as error:
        raise CannotStart(f"the records were made by a newer Henwise ({error}); update this one") from error


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the database back to an older version inside the caller's transaction; newer tables are lost."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
