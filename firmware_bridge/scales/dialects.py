r"""The families that send lines of text: what each line looks like, how it is written, where that is known from.

    and             ST,+00123.45  g        A&D standard: 9 characters of data, 3 of unit (EK-L p. 28, GC p. 51 [E])
    cas-22          ST,GS,<id><lamp>,    1.23 kg   CAS: 1 byte device id, 1 byte lamps (CI-400 p. 104, NT-200 p. 48 [E])
    cas-18          ST,GS,    1.23kg       CAS "AND", and generic Chinese indicators with a sign at the left end [E, R]
    cas-10          "    1.23"             CAS: 8 characters, nothing else (CI-400 p. 104 [E])
    dini-argeo      ST,GS,     0.0,kg      address before it on RS-485 (DGT4X p. 52, 3590 p. 65 [E])
    ohaus           "     12.73 g ?"       weight of 8 to 12 characters, unit, "?" while it moves (Explorer p. 156,
                                           Defender 3000 p. 35, RS232 interface EN-3 [E])
    sartorius-sbi   "+   125.57 g  "       14 characters, unit blank while it moves (CB p. 34, Signum p. 88 [E])
    mt-sics         "S S     100.00 g"     answers to S, SI, SIR (AT p. 87, AL p. 72 [E]; 10 characters of weight [M])
    generic-text    ST,GS,+ 000080kg       status, basis or none, number, unit; any widths [R]
    xk3190-a12      ww000.000kg            Yaohua A12, A1+, A7 [R]
    xk3190-a12e     WG004.139kg3D          Yaohua A12(E), with check (A12(E) manual p. 12 [E])
    xk3118t1        =00004.8(kg)           Yaohua XK3118T1 [R]

[E] read in an excerpt of the maker's manual, [R] read in a public program that reads it, [M] from memory: unverified.
None of them has been tried on an instrument of ours. All lines but the last end with CR LF.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.text import CRLF, LineDecoder, number_field
from firmware_bridge.scales.xk3190 import xor_of

_STATUS = rb"(?:(?P<over>OL|UL)|(?P<status>ST|US))"
_LAMP_ALWAYS, _LAMP_STABLE, _LAMP_GROSS, _LAMP_TARE = 0xA0, 0x40, 0x04, 0x02

AND = re.compile(
    rb"(?:(?P<status>ST|US|WT)|(?P<over>OL)),(?:(?:HI|OK|LO|--),)?"
    rb"(?P<number>[+-](?:[0-9.]{8}|9999999E\+19|(?<=OL,.)[ .]{8}))(?P<unit>  g| kg| lb|(?<=E\+19))"
)
CAS_22 = re.compile(
    _STATUS + rb",(?P<basis>GS|NT),[\x00-\xff][\x80-\xff],(?P<number>[^,]{8}) (?P<unit>kg|KG| g|g |lb|LB)", re.DOTALL
)
CAS_18 = re.compile(_STATUS + rb",(?P<basis>GS|NT|TR),(?P<number>[^,]{8})(?P<unit>kg|KG| g|g |lb|LB)")
CAS_10 = re.compile(rb"(?P<number>[ +-][ 0-9.-]{6}[0-9]|[0-9.]{8})")
DINI_ARGEO = re.compile(
    rb"(?:[0-9]{2})?" + _STATUS + rb",(?P<basis>GS|NT),(?P<number>[^,]{8}),(?P<unit>[Kk]g| ?g ?|lb)"
)
OHAUS = re.compile(
    rb"(?P<number>[ 0-9-][ 0-9.-]{6,10}[0-9]) (?P<unit>kg|g|lb) {0,4}(?: (?P<moving>\?)?)? *"
    rb"(?P<basis>B/G|G|NET|Net|N|T|Tare)? *(?:[0-9]{2}:[0-9]{2}:[0-9]{2})? *"
)
SARTORIUS_SBI = re.compile(
    rb"(?:(?P<basis>[NGT])[ #1] {4})?"
    rb"(?:(?P<number>[ +-][ 0-9.]{9}) (?P<unit>kg |g  |lb |   )| {6}(?P<over>HH|LL|H |L ) {6})"
)
MT_SICS = re.compile(
    rb"S (?:(?P<status>[SD]) (?P<number>[ 0-9.-]{7,11}[0-9]) (?P<unit>kg|g|lb)|(?P<over>[+-])|(?P<idle>I))"
)
MT_SICS_OTHER = re.compile(rb"(?:[ZT]I?|TAC?|I[0-9]+|@|E[STL]) ?[^\x00-\x1f]*")
GENERIC = re.compile(
    rb"(?:(?P<over>OL|UL)|(?P<status>ST|US))(?: ?, ?(?P<basis>GS|NT|TR|PT))?[ ,]"
    rb"(?P<number>[ 0-9.+-]{1,16}?|(?<=[, ])\^+),? *(?P<unit>kg|g|lb) *",
    re.IGNORECASE,
)
A12 = re.compile(rb"w(?P<basis>[wnt])(?P<number>[0-9.-]{7})(?P<unit>kg|lb)")
A12E = re.compile(
    rb"(?P<summed>W(?P<basis>[GN])(?P<number>[0-9.-][0-9.]{5}[0-9. ])(?P<unit>kg)| {9}(?P<over>OL|LO))"
    rb"(?P<check>[0-?A-F]{2})"
)
XK3118T1 = re.compile(rb"\s*=(?P<number>[ 0-9.-]{7})\((?P<unit>kg|g|lb)")

_STATUS_WORD = {True: b"ST", False: b"US", None: b"ST"}
_FLAW_WORD = {"overload": b"OL", "underload": b"UL"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a line: how it is read, and how the simulator writes it."""

    decoder: Callable[[], LineDecoder]
    write: Callable[[ScaleFrame], bytes]


def _status(frame: ScaleFrame) -> bytes:
    return _FLAW_WORD[frame.flaw] if frame.flaw in ("overload", "underload") else _STATUS_WORD[frame.stable]


def _basis(frame: ScaleFrame) -> bytes:
    return {"net": b"NT", "tare": b"TR"}.get(frame.basis or "", b"GS")


def write_and(frame: ScaleFrame) -> bytes:
    """Write an A&D line. Raises BadFrame."""
    if frame.flaw:
        return b"OL,%c9999999E+19" % (b"-" if frame.flaw == "underload" else b"+") + CRLF
    unit = (frame.unit or "g").rjust(3).encode()
    return _STATUS_WORD[frame.stable] + b"," + number_field(frame, 9, plus=True) + unit + CRLF


def write_cas_22(frame: ScaleFrame, device_id: int = 1) -> bytes:
    """Write a CAS line of 22 bytes. Raises BadFrame."""
    lamp = _LAMP_ALWAYS | _LAMP_STABLE * (frame.stable is not False)
    lamp |= _LAMP_TARE if frame.basis == "net" else _LAMP_GROSS
    head = _status(frame) + b"," + _basis(frame) + b",%c%c," % (device_id, lamp)
    return head + _eight(frame) + b" " + (frame.unit or "kg").rjust(2).encode() + CRLF


def write_cas_18(frame: ScaleFrame) -> bytes:
    """Write a CAS line of 18 bytes. Raises BadFrame."""
    unit = (frame.unit or "kg").rjust(2).encode()
    return _status(frame) + b"," + _basis(frame) + b"," + _eight(frame) + unit + CRLF


def write_cas_10(frame: ScaleFrame) -> bytes:
    """Write a CAS line of 10 bytes. Raises BadFrame."""
    return number_field(frame, 8, fill=" ") + CRLF


def write_dini_argeo(frame: ScaleFrame) -> bytes:
    """Write a Dini Argeo line. Raises BadFrame."""
    unit = (frame.unit or "kg").rjust(2).encode()
    return _status(frame) + b"," + _basis(frame) + b"," + _eight(frame) + b"," + unit + CRLF


def write_ohaus(frame: ScaleFrame) -> bytes:
    """Write an Ohaus line. Raises BadFrame."""
    legend = {"gross": b" G", "net": b" NET", "tare": b" T"}.get(frame.basis or "", b"")
    moving = b" ?" if frame.stable is False else b"  "
    return number_field(frame, 10, fill=" ") + b" " + (frame.unit or "g").encode() + moving + legend + CRLF


def write_sartorius_sbi(frame: ScaleFrame) -> bytes:
    """Write a Sartorius SBI line of 16 bytes. Raises BadFrame."""
    if frame.flaw:
        return b"      " + (b"L " if frame.flaw == "underload" else b"H ") + b"      " + CRLF
    sign = b"-" if frame.digits < 0 else b"+"
    positive = ScaleFrame(abs(frame.digits), frame.decimals)
    unit = b"   " if frame.stable is False else (frame.unit or "g").ljust(3).encode()
    return sign + number_field(positive, 9, fill=" ") + b" " + unit + CRLF


def write_mt_sics(frame: ScaleFrame) -> bytes:
    """Write an answer to S, SI or SIR. Raises BadFrame."""
    if frame.flaw:
        return b"S " + {"overload": b"+", "underload": b"-"}.get(frame.flaw, b"I") + CRLF
    status = b"D" if frame.stable is False else b"S"
    return b"S " + status + b" " + number_field(frame, 10, fill=" ") + b" " + (frame.unit or "g").encode() + CRLF


def write_generic(frame: ScaleFrame) -> bytes:
    """Write ``ST,GS,+ 000080kg`` with as many digits as that has. Raises BadFrame."""
    sign = b"-" if frame.digits < 0 or frame.flaw == "underload" else b"+"
    number = number_field(ScaleFrame(abs(frame.digits), frame.decimals), 6)
    return _status(frame) + b"," + _basis(frame) + b"," + sign + b" " + number + (frame.unit or "kg").encode() + CRLF


def write_a12(frame: ScaleFrame) -> bytes:
    """Write a line of the A12, A1+, A7. Raises BadFrame."""
    basis = {"net": b"n", "tare": b"t"}.get(frame.basis or "", b"w")
    return b"w" + basis + number_field(frame, 7) + (frame.unit or "kg").encode() + CRLF


def write_a12e(frame: ScaleFrame) -> bytes:
    """Write a line of the A12(E), with its check. Raises BadFrame."""
    if frame.flaw:
        said = b"         " + (b"LO" if frame.flaw == "underload" else b"OL")
    else:
        said = (b"WN" if frame.basis == "net" else b"WG") + number_field(frame, 7) + b"kg"
    return said + b"%02X" % xor_of(said) + CRLF


def write_xk3118t1(frame: ScaleFrame) -> bytes:
    """Write a frame of the XK3118T1. Raises BadFrame."""
    return b"=" + number_field(frame, 7) + b"(" + (frame.unit or "kg").encode() + b")"


def _eight(frame: ScaleFrame) -> bytes:
    if frame.flaw:
        return b"        "
    return number_field(frame, 8, fill=" ")


DIALECTS: dict[str, Dialect] = {
    "and": Dialect(lambda: LineDecoder(AND), write_and),
    "cas-22": Dialect(lambda: LineDecoder(CAS_22), write_cas_22),
    "cas-18": Dialect(lambda: LineDecoder(CAS_18), write_cas_18),
    "cas-10": Dialect(lambda: LineDecoder(CAS_10), write_cas_10),
    "dini-argeo": Dialect(lambda: LineDecoder(DINI_ARGEO), write_dini_argeo),
    "ohaus": Dialect(lambda: LineDecoder(OHAUS), write_ohaus),
    "sartorius-sbi": Dialect(lambda: LineDecoder(SARTORIUS_SBI, unit_means_stable=True), write_sartorius_sbi),
    "mt-sics": Dialect(lambda: LineDecoder(MT_SICS, other=MT_SICS_OTHER), write_mt_sics),
    "generic-text": Dialect(lambda: LineDecoder(GENERIC), write_generic),
    "xk3190-a12": Dialect(lambda: LineDecoder(A12), write_a12),
    "xk3190-a12e": Dialect(lambda: LineDecoder(A12E, checked=True), write_a12e),
    "xk3118t1": Dialect(lambda: LineDecoder(XK3118T1, end=b")"), write_xk3118t1),
}
