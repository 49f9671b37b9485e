"""The records' tables, a file per noun.

Times are Unix time in ms; JSON columns hold contract messages as they were sent. A change here is a
migration in ``migrations/versions``; a test compares the two.
"""

from cloud.store.tables.base import Table
from cloud.store.tables.events import Finding, Happening, KeptAside, Newest, Picture, SeqRange
from cloud.store.tables.mail import Delivered, Drawing, Verdict
from cloud.store.tables.people import ApiToken, Audit, Identity, Invitation, Membership, Session, User
from cloud.store.tables.place import Device, Enrolment, Farm, Flock, House, Organisation

__all__ = [
    "ApiToken",
    "Audit",
    "Delivered",
    "Device",
    "Drawing",
    "Enrolment",
    "Farm",
    "Finding",
    "Flock",
    "Happening",
    "House",
    "Identity",
    "Invitation",
    "KeptAside",
    "Membership",
    "Newest",
    "Organisation",
    "Picture",
    "SeqRange",
    "Session",
    "Table",
    "User",
    "Verdict",
]
