"""The indicator families: a row each. A new family is a decoder, or a pattern in ``dialects``, and a row here.

Nothing here has been tried on an instrument of ours. What the sources may have wrong can be overridden where it is
used: baud rate, parity, unit, decimals and address in the configuration, the order of digits by the family's key.
"""

import re
from functools import partial

from firmware_bridge.errors import UnknownFamily
from firmware_bridge.registry import Family, Line
from firmware_bridge.scales import toledo, xk3190, xk3190_asked, xk3190_text
from firmware_bridge.scales.dialects import DIALECTS
from firmware_bridge.scales.frame import FrameDecoder
from firmware_bridge.scales.indicator import LISTENING, Indicator
from firmware_bridge.scales.talk import Order, Prompt, Talk
from firmware_bridge.scales.xk3190_text import Order as Digits


def _lines(bauds: tuple[int, ...], *formats: Line) -> tuple[Line, ...]:
    """Return all baud rates in each of the formats."""
    kinds = formats or (Line(),)
    return tuple(Line(baud, kind.parity, kind.data_bits, kind.stop_bits) for kind in kinds for baud in bauds)


_EVEN_7 = Line(parity="even", data_bits=7)
_ODD_7 = Line(parity="odd", data_bits=7)
_NONE_8 = Line()
_YAOHUA = _lines((9600, 4800, 2400, 1200, 600))
_USUAL = (9600, 4800, 2400, 1200, 19200)
_T, _Z = Order(b"T\r\n"), Order(b"Z\r\n")


def _a9_command(address: int) -> Talk:
    # its manual lists no tare and no zero command
    return Talk(Prompt(xk3190_asked.question_a9(address), each=True, patience_s=0.5))


def _a22(address: int) -> Talk:
    order = partial(xk3190_asked.order_a22, address)
    return Talk(Prompt(order(b"R"), each=True, patience_s=0.5), Order(order(b"T")), Order(order(b"0")))


def _cas(address: int) -> Talk:
    def order(command: bytes) -> Order:
        say = b"%02d%s\r\n" % (address, command)
        return Order(say, re.compile(re.escape(say.strip())), re.compile(rb"[!?]\r"))

    return Talk(tare=order(b"MT"), zero=order(b"MZ"))


def _mt_sics(prompt: Prompt) -> Talk:
    tare = Order(b"T\r\n", re.compile(rb"\bT S"), re.compile(rb"\bT [I+-]|\bE[STL]\r"))
    zero = Order(b"Z\r\n", re.compile(rb"\bZ A"), re.compile(rb"\bZ [I+-]|\bE[STL]\r"))
    return Talk(prompt, tare, zero)


_CAS_LINES = _lines(_USUAL)
_SICS_LINES = _lines((9600, 2400, 4800, 19200, 1200), _NONE_8, _EVEN_7)
_TOLEDO_LINES = _lines((9600, 4800, 2400, 1200, 19200), _EVEN_7, _NONE_8)


def _text(key: str, what: str, lines: tuple[Line, ...], talk: Talk = LISTENING, *, checked: bool = False) -> Indicator:
    dialect = DIALECTS[key]
    return Indicator(key, what, dialect.decoder, dialect.write, lines, lambda _: talk, checked=checked)


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "xk3190-a9",
        "Yaohua XK3190-A9, A9+, A6 weighing indicator, continuous sending (tF=0)",
        xk3190.Xk3190Decoder,
        lambda frame: xk3190.encode(frame.digits, frame.decimals),
        _YAOHUA,
        checked=True,
    ),
    Indicator(
        "xk3190-a9-text",
        "Yaohua XK3190-A9, A9+, A6, A26 as text (tF=2, tF=3); finds out which digit comes first",
        xk3190_text.Xk3190TextDecoder,
        xk3190_text.encode,
        _YAOHUA,
    ),
    Indicator(
        "xk3190-a9-text-reversed",
        "the same, last digit first, as the manual has it",
        partial(xk3190_text.Xk3190TextDecoder, Digits.REVERSED),
        xk3190_text.encode,
        _YAOHUA,
    ),
    Indicator(
        "xk3190-a9-text-forward",
        "the same, first digit first, as one reads",
        partial(xk3190_text.Xk3190TextDecoder, Digits.FORWARD),
        partial(xk3190_text.encode, order=Digits.FORWARD),
        _YAOHUA,
    ),
    Indicator(
        "xk3190-a9-command",
        "Yaohua XK3190-A9, A9+, A23p, DS3 in command mode (tF=1): asked for the gross weight",
        xk3190_asked.A9AnswerDecoder,
        xk3190_asked.encode_a9,
        _YAOHUA,
        talk=_a9_command,
        addresses=xk3190_asked.ADDRESSES,
        checked=True,
    ),
    Indicator(
        "xk3190-a22",
        "Yaohua XK3190-A22 in command mode",
        xk3190_asked.A22Decoder,
        xk3190_asked.encode_a22,
        _YAOHUA,
        talk=_a22,
        addresses=xk3190_asked.ADDRESSES,
    ),
    _text(
        "xk3190-a12",
        "Yaohua XK3190-A12, A1+, A7 platform scale, lines as ww000.000kg",
        _YAOHUA,
        Talk(tare=Order(b"T"), zero=Order(b"Z")),
    ),
    _text("xk3190-a12e", "Yaohua XK3190-A12(E) platform scale, lines as WG004.139kg3D", _YAOHUA, checked=True),
    Indicator(
        "xk3190-c602",
        "Yaohua XK3190-C602, port 1; it leaves the point out (decimals = ...)",
        xk3190_asked.C602Decoder,
        xk3190_asked.encode_c602,
        _YAOHUA,
        point_left_out=True,
    ),
    _text("xk3118t1", "Yaohua XK3118T1, as =00004.8(kg)", _YAOHUA),
    Indicator(
        "toledo",
        "Toledo (Mettler) continuous output or MT format, with check (18 or 12 bytes)",
        toledo.ToledoDecoder,
        toledo.encode,
        _TOLEDO_LINES,
        talk=lambda _: Talk(tare=_T, zero=_Z),
        checked=True,
    ),
    Indicator(
        "toledo-plain",
        "Toledo (Mettler) continuous output or MT format, without check (17 or 11 bytes)",
        toledo.ToledoPlainDecoder,
        partial(toledo.encode, check=False),
        _TOLEDO_LINES,
        talk=lambda _: Talk(tare=_T, zero=_Z),
    ),
    _text("mt-sics", "Mettler-Toledo MT-SICS, told to repeat (SIR)", _SICS_LINES, _mt_sics(Prompt(b"SIR\r\n"))),
    Indicator(
        "mt-sics-asked",
        "Mettler-Toledo MT-SICS, asked for each weight (SI)",
        DIALECTS["mt-sics"].decoder,
        DIALECTS["mt-sics"].write,
        _SICS_LINES,
        talk=lambda _: _mt_sics(Prompt(b"SI\r\n", each=True)),
    ),
    _text(
        "and",
        "A&D balances and scales, standard format, stream mode",
        _lines((2400, 4800, 9600, 1200, 19200), _EVEN_7, _NONE_8),
        Talk(tare=_T, zero=_Z),
    ),
    Indicator(
        "cas-22",
        "CAS CI and NT indicators, 22 bytes",
        DIALECTS["cas-22"].decoder,
        DIALECTS["cas-22"].write,
        _CAS_LINES,
        talk=_cas,
        addresses=99,
    ),
    Indicator(
        "cas-18",
        "CAS CI and NT indicators, 18 bytes (AND)",
        DIALECTS["cas-18"].decoder,
        DIALECTS["cas-18"].write,
        _CAS_LINES,
        talk=_cas,
        addresses=99,
    ),
    Indicator(
        "cas-10",
        "CAS CI and NT indicators, 10 bytes: a number and nothing else",
        DIALECTS["cas-10"].decoder,
        DIALECTS["cas-10"].write,
        _CAS_LINES,
        talk=_cas,
        addresses=99,
    ),
    _text(
        "ohaus",
        "Ohaus scales and balances, continuous printing",
        _lines((9600, 2400, 4800, 1200, 19200), _NONE_8, Line(stop_bits=2, data_bits=7), _EVEN_7),
        Talk(tare=_T, zero=_Z),
    ),
    _text(
        "dini-argeo",
        "Dini Argeo indicators, standard string",
        _lines((9600, 4800, 2400, 1200, 19200, 115200)),
        Talk(tare=Order(b"TARE\r\n"), zero=Order(b"ZERO\r\n")),
    ),
    _text(
        "sartorius-sbi",
        "Sartorius scales and balances, SBI, 16 or 22 characters, printing by itself",
        _lines((1200, 9600, 2400, 4800, 19200), _ODD_7, _NONE_8),
        Talk(tare=Order(b"\x1bU\r\n"), zero=Order(b"\x1bV\r\n")),
    ),
    _text(
        "generic-text", "any indicator that sends lines as ST,GS,+ 000080kg", _lines((9600, 4800, 2400, 1200, 19200))
    ),
)


def rows() -> list[Family]:
    """Return the registry's rows."""
    return [Family(indicator.key, indicator.what, indicator.build, indicator.lines) for indicator in INDICATORS]


def indicator(family: str) -> Indicator:
    """Return a family's row. Raises UnknownFamily."""
    known = {row.key: row for row in INDICATORS}
    if family not in known:
        raise UnknownFamily(f"{family!r} has no frames to decode; these have: {', '.join(known)}")
    return known[family]


def decoder(family: str) -> FrameDecoder:
    """Return a fresh decoder of a family. Raises UnknownFamily."""
    return indicator(family).decoder()
