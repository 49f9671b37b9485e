"""The curve that a flock is held against, where it is not that of its breed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there is held against its breed's curve, as before."""
    op.add_column("flocks", sa.Column("curve", sa.String(length=63), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("flocks", "curve")
