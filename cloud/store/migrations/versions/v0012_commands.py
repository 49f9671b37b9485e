"""What devices were told to do, on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "commands",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("house", SLUG, nullable=False),
        sa.Column("device", SLUG, nullable=False),
        sa.Column("command", SLUG, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("target", SLUG, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("code", SLUG, nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "house", "device", "command"),
    )
    op.create_index("commands_by_due", "commands", ["state", "next_ms"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("commands")
