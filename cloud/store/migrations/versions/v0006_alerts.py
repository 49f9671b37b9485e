"""Alerts, their transitions, what the rules remember, and the houses' own settings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)
SOURCE = sa.String(length=127)


def upgrade() -> None:
    """Make the tables."""
    _alerts()
    op.create_table(
        "alert_transitions",
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("to", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("alert", "n"),
    )
    op.create_index("alert_transitions_by_time", "alert_transitions", ["noted_ms"], unique=False)
    _memories()
    op.create_table(
        "alert_settings",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "version"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("alert_settings", "rule_memories", "alert_transitions", "alerts"):
        op.drop_table(table)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("rule", SLUG, nullable=False),
        sa.Column("device", SLUG, nullable=False),
        sa.Column("source", SOURCE, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("resolved_ms", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("finding", SLUG, nullable=False),
        sa.Column("acknowledged_by", sa.String(length=100), nullable=True),
        sa.Column("acknowledged_ms", sa.BigInteger(), nullable=True),
        sa.Column("snoozed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("assigned_to", sa.String(length=100), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("alert"),
    )
    is_open = sa.text("state = 'open'")
    subject = ["farm", "house", "rule", "device", "source"]
    op.create_index("alerts_one_open", "alerts", subject, unique=True, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("alerts_by_time", "alerts", ["farm", "house", "opened_ms"], unique=False)
    op.create_index("alerts_snoozed", "alerts", ["snoozed_until_ms"], unique=False)


def _memories() -> None:
    op.create_table(
        "rule_memories",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("rule", SLUG, nullable=False),
        sa.Column("device", SLUG, nullable=False),
        sa.Column("source", SOURCE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("watch_ms", sa.BigInteger(), nullable=True),
        sa.Column("warning_ms", sa.BigInteger(), nullable=True),
        sa.Column("severe_ms", sa.BigInteger(), nullable=True),
        sa.Column("calm_ms", sa.BigInteger(), nullable=True),
        sa.Column("calm_level", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Double(), nullable=True),
        sa.Column("counted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("farm", "house", "rule", "device", "source"),
    )
