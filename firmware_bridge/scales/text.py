r"""Lines of text with a weight in them: one reader for all families, with a pattern each.

    ST , GS , + 000080 kg          status, basis, sign, number, unit; each family leaves some out and has its widths
    │    │    │ │      └ unit      kg, g, lb; anything else is no weight
    │    │    │ └ number           with its point; blanks before it, none inside
    │    │    └ sign               may stand at the left end of the field, blanks between
    │    └ basis                   gross, net or tare
    └ status                       stable, moving, overload, underload

A pattern names what it finds: ``status``, ``over`` (in place of status: the number is no weight), ``basis``,
``number`` (the whole field with its blanks), ``unit``, ``moving`` (present when it moves), ``idle`` (a command was not
carried out), ``summed`` and ``check`` (Yaohua's XOR over the former).

Text has no check, but for one family: a digit that flips into another digit is a wrong number and nobody can tell.
What protects: a line is taken when its number is as wide, its unit and basis are the same as in one of the few lines
before it or in the last one that was taken, so that a lost byte, or "kg" that has become " g", is noticed; anything
but the family's own characters is refused; and a weighing waits for a load that stands still. The first line after
the port was opened, and the first after somebody pressed tare, are given away for that.
"""

import re
from collections import deque
from typing import Final

from firmware_bridge.config import MassUnit
from firmware_bridge.errors import BadFrame
from firmware_bridge.scales.frame import Basis, Flaw, ScaleFrame
from firmware_bridge.scales.xk3190 import value_of, xor_of

LONGEST_LINE = 64
SHAPES = 4
"""Lines back that are compared: an indicator may send gross, net and tare in turn."""
CRLF = b"\r\n"
_NUMBER = re.compile(rb" *([+-]?) *([0-9]{1,8})(?:\.([0-9]{0,5}))? *")
_UNITS: Final[dict[bytes, MassUnit]] = {b"KG": "kg", b"G": "g", b"LB": "lb"}
_STABLE = {b"ST": True, b"US": False, b"WT": True, b"S": True, b"D": False}
_BASIS: Final[dict[bytes, Basis]] = {
    **dict.fromkeys((b"GS", b"G", b"B/G", b"W"), "gross"),
    **dict.fromkeys((b"NT", b"N", b"NET"), "net"),
    **dict.fromkeys((b"TR", b"PT", b"T", b"TARE"), "tare"),
}
Shape = tuple[int, MassUnit | None, Basis | None]
"""Width of a line's number, its unit, its basis."""
_UNDER = (b"UL", b"-", b"L", b"LL", b"LO")


class LineDecoder:
    """A ``FrameDecoder`` for lines of one pattern.

    Args:
        pattern: of a whole line, with the groups that the module names.
        other: what else the family may say; such a line is neither a frame nor a bad one.
        checked: lines carry a check, so that the first one can be believed.
        unit_means_stable: the unit is left out while the load moves; what it was is remembered.
        end: the byte that ends a line; a line feed stands for a carriage return, too.
    """

    def __init__(
        self,
        pattern: re.Pattern[bytes],
        *,
        other: re.Pattern[bytes] | None = None,
        checked: bool = False,
        unit_means_stable: bool = False,
        end: bytes = b"\n",
    ) -> None:
        self.skipped_bytes = 0
        self.bad_frames = 0
        self._match = pattern.fullmatch
        self._other = other
        self._checked = checked
        self._unit_means_stable = unit_means_stable
        self._end = end
        self._pending = b""
        self._shapes: deque[Shape] = deque(maxlen=SHAPES)  # of the lines before
        self._taken: Shape | None = None  # of the last line that was believed
        self._unit: MassUnit | None = None
        self._believes_first = False

    def believe_first(self) -> None:
        """Take the first line, too: a recording of one line, read at a desk, says something."""
        self._believes_first = True

    def feed(self, data: bytes) -> list[ScaleFrame]:
        """Return the frames that ``data`` completes, oldest first."""
        if self._end == b"\n":
            data = data.replace(b"\r", b"\n")
        *lines, rest = (self._pending + data).split(self._end)
        if len(rest) > LONGEST_LINE:  # one byte more than any line may have, so that its end won't make it one
            self.skipped_bytes += len(rest) - LONGEST_LINE - 1
            rest = rest[-LONGEST_LINE - 1 :]
        self._pending = rest
        return [frame for line in lines if line and (frame := self._frame(line)) is not None]

    def forget(self) -> None:
        """Skip the beginning of a line that is being waited for."""
        self.skipped_bytes += len(self._pending)
        self._pending = b""
        self._shapes.clear()
        self._taken = None
        self._unit = None

    def _frame(self, line: bytes) -> ScaleFrame | None:
        match = self._match(line) if len(line) <= LONGEST_LINE else None
        frame = None if match is None else frame_of(match.groupdict())
        if match is None or frame is None:
            self.bad_frames += self._other is None or self._other.fullmatch(line) is None
        elif frame.flaw is not None or self._checked:
            return frame
        elif (believed := self._believed(frame, len(match["number"]))) is not None:
            return believed
        self.skipped_bytes += len(line)
        return None

    def _believed(self, frame: ScaleFrame, width: int) -> ScaleFrame | None:
        unit = frame.unit or self._unit if self._unit_means_stable else frame.unit
        shape = (width, unit, frame.basis)
        first = self._believes_first and not self._shapes
        known = first or shape == self._taken or shape in self._shapes
        self._shapes.append(shape)
        if not known:
            return None
        self._taken = shape
        if not self._unit_means_stable:
            return frame
        self._unit = unit
        if unit is None:  # kg or g: nobody has said so far
            return None
        return ScaleFrame(frame.digits, frame.decimals, unit, frame.unit is not None, frame.basis)


def frame_of(found: dict[str, bytes | None]) -> ScaleFrame | None:
    """Give what a pattern found its meaning; None when it has none."""
    get = found.get
    if (check := get("check")) and xor_of(get("summed") or b"") != value_of(check):
        return None
    basis = _BASIS.get((get("basis") or b"").upper())
    if over := get("over"):
        return ScaleFrame(0, 0, basis=basis, flaw=_flaw(over.strip().upper(), get("number") or b""))
    if get("idle"):
        return ScaleFrame(0, 0, basis=basis, flaw="not_executed")
    number = _NUMBER.fullmatch(get("number") or b"")
    unit = (get("unit") or b"").strip().upper()
    if number is None or (unit and unit not in _UNITS):
        return None
    sign, whole, part = number.groups(b"")
    stable = _STABLE.get((get("status") or b"").upper())
    if "moving" in found:
        stable = not get("moving")
    return ScaleFrame(int(sign + whole + part), len(part), _UNITS.get(unit), stable, basis)


def _flaw(over: bytes, number: bytes) -> Flaw:
    return "underload" if over in _UNDER or number.lstrip().startswith(b"-") else "overload"


def number_field(frame: ScaleFrame, width: int, *, plus: bool = False, fill: str = "0") -> bytes:
    """Write a number into a field, as the simulator does.

    Args:
        frame: whose number.
        width: of the field.
        plus: whether a sign stands at its left end always; otherwise only a minus does.
        fill: between sign and number, "0" or " "; blanks stand before a minus that isn't always there.

    Raises:
        BadFrame: the number doesn't fit.
    """
    digits = f"{abs(frame.digits):0{frame.decimals + 1}d}"
    number = f"{digits[: -frame.decimals]}.{digits[-frame.decimals :]}" if frame.decimals else digits
    minus = "-" if frame.digits < 0 else ""
    if plus or fill == "0":
        sign = minus or ("+" if plus else "")
        field = sign + number.rjust(width - len(sign), fill)
    else:
        field = (minus + number).rjust(width)
    if len(field) != width:
        raise BadFrame(f"{minus}{number} does not fit a field of {width} characters")
    return field.encode()
