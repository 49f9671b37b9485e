"""Organisations, farms, who is what where, invitations, tokens and the audit log.

What is there already goes into one organisation whose owner every present user is; without a user, the first one
makes it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("organisations", "farms", "memberships", "invitations", "api_tokens", "identities", "audit")
SESSION_COLUMNS = ("began_ms", "used_ms", "browser", "address")
FIRST_ORGANISATION = "Henwise"


def upgrade() -> None:
    """Make the tables, widen the old ones, take in what is there."""
    _places()
    _people()
    _machines()
    op.add_column("houses", sa.Column("name", sa.String(length=100), nullable=True))
    op.add_column("users", sa.Column("email", sa.String(length=254), nullable=True))
    op.add_column("users", sa.Column("language", sa.String(length=2), nullable=True))
    op.create_index("users_by_email", "users", ["email"], unique=True)
    op.add_column("sessions", sa.Column("began_ms", sa.BigInteger(), nullable=True))
    op.add_column("sessions", sa.Column("used_ms", sa.BigInteger(), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.String(length=200), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("address", sa.String(length=45), server_default="", nullable=False))
    _take_in()


def downgrade() -> None:
    """Drop the tables and columns; everybody sees every house again."""
    op.drop_index("users_by_email", "users")
    for column in SESSION_COLUMNS:
        op.drop_column("sessions", column)
    op.drop_column("users", "email")
    op.drop_column("users", "language")
    op.drop_column("houses", "name")
    for table in reversed(TABLES):
        op.drop_table(table)


def _take_in() -> None:
    connection = op.get_bind()
    if not connection.execute(sa.text("SELECT count(*) FROM users")).scalar():
        return
    first_ms = connection.execute(sa.text("SELECT min(created_ms) FROM users")).scalar()
    made = {"name": FIRST_ORGANISATION, "at": first_ms}
    connection.execute(sa.text("INSERT INTO organisations (id, name, created_ms) VALUES (1, :name, :at)"), made)
    if connection.dialect.name == "postgresql":  # an id given by hand does not move its sequence
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('organisations', 'id'), 1)"))
    connection.execute(
        sa.text(
            "INSERT INTO farms (farm, organisation_id, created_ms) "
            "SELECT farm, 1, min(first_seen_ms) FROM houses GROUP BY farm"
        )
    )
    connection.execute(
        sa.text("INSERT INTO memberships (user_id, organisation_id, role) SELECT id, 1, 'owner' FROM users")
    )


def _places() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "farms",
        sa.Column("farm", sa.String(length=63), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("farm"),
    )
    op.create_index(op.f("ix_farms_organisation_id"), "farms", ["organisation_id"], unique=False)


def _people() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("farm", sa.String(length=63), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["farm"], ["farms.farm"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("memberships_by_farm", "memberships", ["user_id", "organisation_id", "farm"], unique=True)
    op.create_index(
        "memberships_of_all",
        "memberships",
        ["user_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("farm IS NULL"),
        postgresql_where=sa.text("farm IS NULL"),
    )
    op.create_index(op.f("ix_memberships_organisation_id"), "memberships", ["organisation_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("farm", sa.String(length=63), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["farm"], ["farms.farm"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_invitations_organisation_id"), "invitations", ["organisation_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issuer", "subject"),
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)


def _machines() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("farms", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_tokens_organisation_id"), "api_tokens", ["organisation_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=63), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("farm", sa.String(length=63), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_organisation", "audit", ["organisation_id", "id"], unique=False)
