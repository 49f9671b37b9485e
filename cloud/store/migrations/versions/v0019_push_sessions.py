"""In which sign-in a browser's push was switched on."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there is sent to as before."""
    op.add_column("channels", sa.Column("session", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("channels", "session")
