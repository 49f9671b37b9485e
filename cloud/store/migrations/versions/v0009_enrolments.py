"""Which devices may speak. Those the service has heard before may."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "enrolments",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("house", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("held_messages", sa.BigInteger(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("farm", "house", "device"),
    )
    op.create_index("enrolments_by_state", "enrolments", ["state"], unique=False)
    op.execute(
        "INSERT INTO enrolments (farm, house, device, state, first_seen_ms, last_seen_ms, held_messages) "
        "SELECT farm, house, device, 'approved', 0, 0, 0 FROM devices "
        "UNION SELECT farm, house, device, 'approved', 0, 0, 0 FROM seq_ranges"
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("enrolments")
