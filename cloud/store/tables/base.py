"""What all tables stand on."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

SLUG = String(63)


class Table(DeclarativeBase):
    """Base of all tables."""
