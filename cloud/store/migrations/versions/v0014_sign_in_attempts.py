"""Attempts to sign in, counted for all processes together."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_attempts_by_key", "sign_in_attempts", ["kind", "key", "at_ms"], unique=False)
    op.create_index("sign_in_attempts_by_time", "sign_in_attempts", ["at_ms"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("sign_in_attempts")
