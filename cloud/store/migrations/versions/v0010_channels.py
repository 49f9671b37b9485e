"""Where alerts go, how people want to be told, what was said to whom, and how far it got."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)
WORD = sa.String(length=16)
RECIPIENT = sa.String(length=32)


def upgrade() -> None:
    """Make the tables."""
    _channels()
    _wishes()
    _said()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("deliveries", "tellings", "notifications", "farm_notifying", "turns", "listeners", "channels"):
        op.drop_table(name)


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("farm", SLUG, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("delivered_ms", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("channels_by_user", "channels", ["user_id"], unique=False)
    op.create_index("channels_by_farm", "channels", ["farm"], unique=False)
    op.create_index("channels_by_fingerprint", "channels", ["fingerprint"], unique=True)


def _wishes() -> None:
    op.create_table(
        "listeners",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("from_level", WORD, nullable=False),
        sa.Column("quiet_from_minute", sa.Integer(), nullable=True),
        sa.Column("quiet_until_minute", sa.Integer(), nullable=True),
        sa.Column("digest_minute", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "turns",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("farm", "user_id"),
    )
    op.create_table(
        "farm_notifying",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("escalate_severe_minutes", sa.Integer(), nullable=False),
        sa.Column("escalate_warning_minutes", sa.Integer(), nullable=False),
        sa.Column("cap_per_hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("farm"),
    )


def _said() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=True),
        sa.Column("recipient", RECIPIENT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notifications_by_farm", "notifications", ["farm", "at_ms"], unique=False)
    op.create_table(
        "tellings",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("recipient", RECIPIENT, nullable=False),
        sa.Column("alert", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("notification", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["notification"], ["notifications.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("farm", "recipient", "alert", "n", "step"),
    )
    op.create_index("tellings_by_alert", "tellings", ["alert"], unique=False)
    op.create_index("tellings_by_time", "tellings", ["farm", "at_ms"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("notification", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["notification"], ["notifications.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("notification", "channel_id"),
    )
    op.create_index("deliveries_by_due", "deliveries", ["state", "next_ms"], unique=False)
    op.create_index("deliveries_by_channel", "deliveries", ["channel_id"], unique=False)
