"""Benchmarks: which farms take part, by farm in place of organisation, and the quartiles that were told."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SLUG = sa.String(length=63)
WHO = sa.String(length=100)
FIGURE = sa.String(length=32)
SEASON = sa.String(length=8)


def upgrade() -> None:
    """Make the tables. No version ever wrote to the one that goes."""
    op.drop_table("benchmarking")
    op.create_table(
        "benchmarking",
        sa.Column("farm", SLUG, nullable=False),
        sa.Column("by", WHO, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["farm"], ["farms.farm"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("farm"),
    )
    op.create_table(
        "benchmarks",
        sa.Column("breed", SLUG, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("season", SEASON, nullable=False),
        sa.Column("figure", FIGURE, nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("median", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("flocks", sa.Integer(), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("breed", "year", "season", "figure"),
    )
    op.create_table(
        "benchmark_parts",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("breed", SLUG, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("season", SEASON, nullable=False),
        sa.Column("figure", FIGURE, nullable=False),
        sa.Column("flocks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "breed", "year", "season", "figure"),
    )


def downgrade() -> None:
    """Drop the tables, and make the old one anew."""
    for name in ("benchmark_parts", "benchmarks", "benchmarking"):
        op.drop_table(name)
    op.create_table(
        "benchmarking",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("by", WHO, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
