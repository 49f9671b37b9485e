"""Stretches in which a value must not be believed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "doubtful_stretches",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("device", SLUG, nullable=False),
        sa.Column("source", SLUG, nullable=False),
        sa.Column("quantity", SLUG, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "source", "quantity", "why", "from_ms"),
    )
    op.create_index("doubtful_stretches_by_time", "doubtful_stretches", ["farm", "house", "from_ms"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("doubtful_stretches")
