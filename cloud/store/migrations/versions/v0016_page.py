"""Data that came late, and droppings that were looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "late_data",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("device", SLUG, nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "from_ms"),
    )
    op.create_table(
        "droppings_checks",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("check", SLUG, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("flock", SLUG, nullable=True),
        sa.Column("answer", SLUG, nullable=False),
        sa.Column("probabilities", sa.Text(), nullable=False),
        sa.Column("network", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "check"),
    )
    op.create_index("droppings_checks_by_time", "droppings_checks", ["farm", "house", "at_ms"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("droppings_checks")
    op.drop_table("late_data")
