"""Flocks with an id and versions, what became of their birds, the daily log, the floor of a house.

A flock that is there already becomes version 1 under the id ``<house>-<day of placement>``.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SLUG_CHARACTERS = 63
FORMER: dict[str, sa.types.TypeEngine[Any]] = {
    "farm": sa.String(63),
    "house": sa.String(63),
    "placed_on": sa.Date(),
    "breed": sa.String(63),
    "placed_birds": sa.Integer(),
}
"""The columns of the table before."""


def upgrade() -> None:
    """Make the tables and take the present flocks over."""
    former = op.get_bind().execute(sa.select(_former())).mappings().all()
    op.drop_table("flocks")
    flocks = _flocks()
    if former:
        op.bulk_insert(flocks, [_first_version(dict(row)) for row in former])
    _events()
    _log()
    op.add_column("houses", sa.Column("floor_m2", sa.Double(), nullable=True))


def downgrade() -> None:
    """Keep of each flock what the table before held; log and events go."""
    op.drop_column("houses", "floor_m2")
    op.drop_table("log_entries")
    op.drop_table("flock_events")
    flocks = _former("version")
    rows = op.get_bind().execute(sa.select(flocks).order_by(flocks.c.version)).mappings().all()
    kept = {(row["farm"], row["house"], row["placed_on"]): {name: row[name] for name in FORMER} for row in rows}
    op.drop_table("flocks")
    op.create_table(
        "flocks",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("breed", sa.String(length=63), nullable=False),
        sa.Column("placed_birds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "placed_on"),
    )
    if kept:
        op.bulk_insert(_former(), list(kept.values()))


def _former(*more: str) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name, kind) for name, kind in FORMER.items()]
    return sa.table("flocks", *columns, *(sa.column(name) for name in more))


def _first_version(row: dict[str, Any]) -> dict[str, Any]:
    placed_on: date = row["placed_on"]
    told = datetime(placed_on.year, placed_on.month, placed_on.day, tzinfo=UTC)  # nobody wrote down when
    return {
        **row,
        "flock": _flock_id(row["house"], placed_on),
        "version": 1,
        "sex": "mixed",
        "hatchery": "",
        "dead_on_arrival": 0,
        "note": "",
        "by": "",
        "kept_ms": int(told.timestamp() * 1000),
    }


def _flock_id(house: str, placed_on: date) -> str:
    plain = f"{house}-{placed_on}"
    if len(plain) <= SLUG_CHARACTERS:
        return plain
    return f"{hashlib.sha256(house.encode()).hexdigest()[:40]}-{placed_on}"


def _flocks() -> sa.Table:
    made = op.create_table(
        "flocks",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("flock", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("breed", sa.String(length=63), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=False),
        sa.Column("hatchery", sa.String(length=100), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("placed_birds", sa.Integer(), nullable=False),
        sa.Column("dead_on_arrival", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "flock", "version"),
    )
    op.create_index("flocks_by_house", "flocks", ["farm", "house", "placed_on"], unique=False)
    return made


def _events() -> None:
    op.create_table(
        "flock_events",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("event", sa.String(length=63), nullable=False),
        sa.Column("flock", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("birds", sa.Integer(), nullable=True),
        sa.Column("kilograms", sa.Double(), nullable=True),
        sa.Column("to_house", sa.String(length=63), nullable=True),
        sa.Column("despite_withdrawal", sa.Boolean(), nullable=False),
        sa.Column("empties", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.String(length=63), nullable=True),
        sa.PrimaryKeyConstraint("farm", "event"),
    )
    op.create_index("flock_events_by_replaced", "flock_events", ["farm", "replaces"], unique=True)
    op.create_index("flock_events_by_flock", "flock_events", ["farm", "flock"], unique=False)


def _log() -> None:
    op.create_table(
        "log_entries",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("entry", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("birds", sa.Integer(), nullable=True),
        sa.Column("kilograms", sa.Double(), nullable=True),
        sa.Column("litres", sa.Double(), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("dose", sa.String(length=100), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("withdrawal_days", sa.Integer(), nullable=True),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.String(length=63), nullable=True),
        sa.PrimaryKeyConstraint("farm", "house", "entry"),
    )
    op.create_index("log_entries_by_replaced", "log_entries", ["farm", "house", "replaces"], unique=True)
    op.create_index("log_entries_by_day", "log_entries", ["farm", "house", "day"], unique=False)
