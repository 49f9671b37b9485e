"""Every message between an edge device and the cloud.

Strict on purpose: an unknown field, a NaN, a number in quotes, a time without zone or an implausible value is
refused with a sentence that names the field. JSON, UTF-8; times are RFC 3339 in UTC with milliseconds; a value's
unit is in its field's name or in its row of ``contract.quantities``.

Events go through the edge's outbox and are identified by (place, boot, seq); state (Announcement, Status) is
retained by the broker and simply replaced.
"""

from contract.messages.base import (
    BOXES_MAX,
    CONFIG_MAX_CHARACTERS,
    EARLIEST_YEAR,
    KEPT_RANGES_MAX,
    PICTURE_MAX_BYTES,
    REPORT_MAX_CHARACTERS,
    SEQ_MAX,
    Boot,
    Event,
    M,
    Message,
    Picture,
    Pixel,
    PixelCount,
    Score,
    State,
    Strict,
    UtcTime,
    encode,
    parse,
    rfc3339,
)
from contract.messages.measured import Doubt, HandWeighing, Readings, WeightSample
from contract.messages.seen import (
    Box,
    FindingKind,
    FlockCount,
    FlockHealth,
    GateCrossing,
    HealthFinding,
    Reason,
    RollCall,
    Snapshot,
)
from contract.messages.state import Announcement, Cause, InstrumentInfo, PartStatus, SeqRange, Status
from contract.messages.told import Action, Command, CommandCode, CommandResult, Committed, Drawing, Lacking, Verdict

__all__ = [
    "BOXES_MAX",
    "CONFIG_MAX_CHARACTERS",
    "EARLIEST_YEAR",
    "KEPT_RANGES_MAX",
    "PICTURE_MAX_BYTES",
    "REPORT_MAX_CHARACTERS",
    "SEQ_MAX",
    "Action",
    "Announcement",
    "Boot",
    "Box",
    "Cause",
    "Command",
    "CommandCode",
    "CommandResult",
    "Committed",
    "Doubt",
    "Drawing",
    "Event",
    "FindingKind",
    "FlockCount",
    "FlockHealth",
    "GateCrossing",
    "HandWeighing",
    "HealthFinding",
    "InstrumentInfo",
    "Lacking",
    "M",
    "Message",
    "PartStatus",
    "Picture",
    "Pixel",
    "PixelCount",
    "Readings",
    "Reason",
    "RollCall",
    "Score",
    "SeqRange",
    "Snapshot",
    "State",
    "Status",
    "Strict",
    "UtcTime",
    "Verdict",
    "WeightSample",
    "encode",
    "parse",
    "rfc3339",
]
