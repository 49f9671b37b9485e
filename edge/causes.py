"""Which cause the Status message names for an error: the one place where the two meet."""

from contract.messages import Cause
from edge.errors import CameraLost, ClockUnset, NetworkUnusable
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, LineRefused, LineSilent, WrongSettings

CAUSES: dict[type[Exception], Cause] = {
    LineLost: "line_lost",
    LineRefused: "line_refused",
    LineSilent: "line_silent",
    LineGarbled: "line_garbled",
    BadValue: "values_impossible",
    WrongSettings: "settings_wrong",
    CameraLost: "picture_missing",
    NetworkUnusable: "network_unusable",
    ClockUnset: "clock_unset",
}


def cause_of(error: Exception) -> Cause:
    """Return the cause of the nearest class in the table, ``other`` when there is none."""
    return next((CAUSES[kind] for kind in type(error).__mro__ if kind in CAUSES), "other")
