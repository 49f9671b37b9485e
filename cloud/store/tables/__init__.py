"""The records' tables, a file per noun.

Times are Unix time in ms; JSON columns hold contract messages as they were sent. A change here is a
migration in ``migrations/versions``; a test compares the two.
"""

from cloud.store.tables.alerts import Alert, AlertSettings, AlertTransition, RuleMemory
from cloud.store.tables.base import Table
from cloud.store.tables.channels import Channel, Delivery, FarmNotifying, Listener, Notification, Telling, Turn
from cloud.store.tables.events import DoubtfulStretch, Finding, Happening, KeptAside, Newest, Picture, SeqRange
from cloud.store.tables.flocks import Flock, FlockEvent, LogEntry
from cloud.store.tables.mail import Command, Delivered, Drawing, Verdict
from cloud.store.tables.page import DroppingsCheck, LateData
from cloud.store.tables.people import ApiToken, Audit, Identity, Invitation, Membership, Session, SignInAttempt, User
from cloud.store.tables.place import Device, Enrolment, EnrolmentCode, Farm, House, Organisation
from cloud.store.tables.reports import Benchmark, Benchmarking, BenchmarkPart, FarmPrices, GrowthCurve, ReportSchedule
from cloud.store.tables.weighed import HandWeighing

__all__ = [
    "Alert",
    "AlertSettings",
    "AlertTransition",
    "ApiToken",
    "Audit",
    "Benchmark",
    "BenchmarkPart",
    "Benchmarking",
    "Channel",
    "Command",
    "Delivered",
    "Delivery",
    "Device",
    "DoubtfulStretch",
    "Drawing",
    "DroppingsCheck",
    "Enrolment",
    "EnrolmentCode",
    "Farm",
    "FarmNotifying",
    "FarmPrices",
    "Finding",
    "Flock",
    "FlockEvent",
    "GrowthCurve",
    "HandWeighing",
    "Happening",
    "House",
    "Identity",
    "Invitation",
    "KeptAside",
    "LateData",
    "Listener",
    "LogEntry",
    "Membership",
    "Newest",
    "Notification",
    "Organisation",
    "Picture",
    "ReportSchedule",
    "RuleMemory",
    "SeqRange",
    "Session",
    "SignInAttempt",
    "Table",
    "Telling",
    "Turn",
    "User",
    "Verdict",
]
