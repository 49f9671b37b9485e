"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "houses",
    "flocks",
    "devices",
    "newest",
    "pictures",
    "happenings",
    "seq_ranges",
    "kept_aside",
    "users",
    "sessions",
)


def upgrade() -> None:
    """Make the tables."""
    _houses()
    _pictures()
    _ledger()
    _people()


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _houses() -> None:
    op.create_table(
        "houses",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house"),
    )
    op.create_table(
        "flocks",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("breed", sa.String(length=63), nullable=False),
        sa.Column("placed_birds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "placed_on"),
    )
    op.create_table(
        "devices",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("announcement", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("status_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("farm", "house", "device"),
    )
    op.create_table(
        "newest",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("leaf", sa.String(length=63), nullable=False),
        sa.Column("source", sa.String(length=63), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("delayed", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "leaf", "source"),
    )


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("camera", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=63), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("network", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "camera", "kind", "at_ms"),
    )
    op.create_index("pictures_by_address", "pictures", ["farm", "house", "camera", "at_ms"], unique=False)


def _ledger() -> None:
    op.create_table(
        "happenings",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("boot", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.String(length=63), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "boot", "seq"),
    )
    op.create_table(
        "seq_ranges",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("boot", sa.String(length=16), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "boot", "first"),
    )
    op.create_table(
        "kept_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
