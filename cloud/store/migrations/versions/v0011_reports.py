"""Growth curves of farms' own, prices, scheduled reports, who takes part in benchmarks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)
WHO = sa.String(length=100)
WORD = sa.String(length=8)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "growth_curves",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("breed", SLUG, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=True),
        sa.Column("by", WHO, nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm", "breed"),
    )
    op.create_table(
        "farm_prices",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", WHO, nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("farm"),
    )
    _schedules()
    op.create_table(
        "benchmarking",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("by", WHO, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("benchmarking", "report_schedules", "farm_prices", "growth_curves"):
        op.drop_table(name)


def _schedules() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("formats", sa.Text(), nullable=False),
        sa.Column("units", WORD, nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("report_schedules_by_user", "report_schedules", ["user_id"])
    op.create_index("report_schedules_by_farm", "report_schedules", ["farm"])
