"""Findings by their id, and what people say of them. No device sent findings before, so none are moved.

The newest counts and wellness of an older service lack fields that are required now: they go, the next ones replace
them within minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _findings()
    _verdicts()
    op.execute("DELETE FROM newest WHERE leaf IN ('count', 'wellness')")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("verdicts")
    op.drop_table("findings")


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("finding", sa.String(length=63), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("pictured", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "finding"),
    )
    op.create_index("findings_by_time", "findings", ["farm", "house", "at_ms"], unique=False)


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("verdict", sa.String(length=63), nullable=False),
        sa.Column("camera", sa.String(length=63), nullable=False),
        sa.Column("finding", sa.String(length=63), nullable=True),
        sa.Column("about_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("birds", sa.Integer(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "verdict"),
    )
    op.create_index("verdicts_by_due", "verdicts", ["state", "next_ms"], unique=False)
