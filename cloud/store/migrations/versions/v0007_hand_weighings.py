"""What the flock weighed by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hand_weighings",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("weighing", sa.String(length=63), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("grams", sa.Double(), nullable=False),
        sa.Column("birds", sa.Integer(), nullable=False),
        sa.Column("cv_percent", sa.Double(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=True),
        sa.Column("scale", sa.String(length=63), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "weighing"),
    )
    op.create_index("hand_weighings_by_day", "hand_weighings", ["farm", "house", "day"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("hand_weighings")
