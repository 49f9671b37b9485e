"""What belongs to an organisation in the records: found by the tables' columns, so that a new one is not forgotten."""

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from cloud.store.tables import Table

SECRETS: Final = {
    "channels": {"address", "fingerprint"},
    "invitations": {"token_hash"},
    "api_tokens": {"token_hash"},
}
"""Columns that leave the service for nobody: who has them can speak in somebody's name."""

INNER: Final = frozenset({"rule_memories", "tellings", "deliveries"})
"""How the service remembers what it was about to do; it says nothing that the other tables don't."""


CHILDREN: Final = frozenset({"alert_transitions", "deliveries"})
"""Tables whose rows are somebody's by another table's row."""


def owned(organisation: int, farms: Iterable[str]) -> list[tuple[sa.Table, ColumnElement[bool]]]:
    """Return each table with rows of an organisation and which rows those are, those that others refer to first."""
    named = sorted(farms)
    tables = Table.metadata.tables
    alerts, messages = tables["alerts"], tables["notifications"]
    found: list[tuple[sa.Table, ColumnElement[bool]]] = []
    for table in Table.metadata.sorted_tables:
        if table.name == "organisations":
            found.append((table, table.c.id == organisation))
        elif "organisation_id" in table.c:
            found.append((table, table.c.organisation_id == organisation))
        elif "farm" in table.c:
            found.append((table, table.c.farm.in_(named)))
        elif table.name == "alert_transitions":
            of = sa.select(alerts.c.alert).where(alerts.c.farm.in_(named))
            found.append((table, table.c.alert.in_(of)))
        elif table.name == "deliveries":
            of = sa.select(messages.c.id).where(messages.c.farm.in_(named))
            found.append((table, table.c.notification.in_(of)))
    # Those that are found by another table come last, so that they go first when all is deleted from the end.
    return sorted(found, key=lambda one: one[0].name in CHILDREN)


def shown_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a table that may leave the service."""
    hidden = SECRETS.get(table.name, set())
    return [column for column in table.columns if column.name not in hidden]
