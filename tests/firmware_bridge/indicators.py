"""What each indicator family can say, as strategies, and how its bytes are heard."""

from collections.abc import Iterable

from hypothesis import strategies as st

from firmware_bridge.scales.families import INDICATORS, indicator
from firmware_bridge.scales.frame import ScaleFrame

FAMILIES = [row.key for row in INDICATORS]
CHECKED = [row.key for row in INDICATORS if row.checked]
TEXT = ("xk3190-a9-text", "xk3190-a9-text-reversed", "xk3190-a9-text-forward")

Frames = st.SearchStrategy[ScaleFrame]


def numbers(most: int, decimals: int, least: int | None = None, **said: Frames) -> Frames:
    return st.builds(
        ScaleFrame,
        digits=st.integers(-most if least is None else least, most),
        decimals=st.integers(0, decimals),
        **said,
    )


units, settled = st.sampled_from(["kg", "g", "lb"]), st.booleans()
bases = st.sampled_from(["gross", "net"])
flaws = st.sampled_from(["overload", "underload"])
_CAS = st.one_of(
    numbers(99_999, 4, unit=units, stable=settled, basis=bases),
    st.builds(ScaleFrame, *[st.just(0)] * 2, basis=bases, flaw=flaws),
)
_BARE_FLAW = st.builds(ScaleFrame, st.just(0), st.just(0), flaw=flaws)

SAYS: dict[str, Frames] = {
    "xk3190-a9": numbers(999_999, 4),
    **dict.fromkeys(TEXT, numbers(999_999, 4)),
    "xk3190-a9-command": numbers(999_999, 4, basis=st.sampled_from(["gross", "net", "tare"])),
    "xk3190-a22": numbers(99_999, 4),
    "xk3190-a12": numbers(9999, 3, unit=st.sampled_from(["kg", "lb"]), basis=st.sampled_from(["gross", "net", "tare"])),
    "xk3190-a12e": st.one_of(numbers(9999, 3, unit=st.just("kg"), basis=bases), _BARE_FLAW),
    "xk3190-c602": numbers(99_999, 0),
    "xk3118t1": numbers(9999, 3, unit=units),
    **dict.fromkeys(
        ("toledo", "toledo-plain"),
        st.one_of(
            numbers(999_999, 4, unit=units, stable=settled, basis=bases),
            st.builds(
                ScaleFrame,
                st.just(0),
                st.just(0),
                unit=units,
                stable=settled,
                basis=bases,
                flaw=st.sampled_from(["overload", "underload", "power_up"]),
            ),
        ),
    ),
    "mt-sics": st.one_of(
        numbers(999_999, 4, unit=units, stable=settled),
        st.builds(ScaleFrame, *[st.just(0)] * 2, flaw=st.sampled_from(["overload", "underload", "not_executed"])),
    ),
    "and": st.one_of(numbers(999_999, 4, unit=units, stable=settled), _BARE_FLAW),
    **dict.fromkeys(("cas-22", "cas-18", "dini-argeo"), _CAS),
    "cas-10": numbers(99_999, 4),
    "ohaus": numbers(999_999, 4, unit=units, stable=settled, basis=st.sampled_from(["gross", "net", None])),
    "sartorius-sbi": st.one_of(numbers(999_999, 4, unit=units, stable=st.just(True)), _BARE_FLAW),
    "generic-text": st.one_of(
        numbers(9999, 3, unit=units, stable=settled, basis=st.sampled_from(["gross", "net", "tare"])),
        st.builds(ScaleFrame, *[st.just(0)] * 2, basis=bases, flaw=flaws),
    ),
}
SAYS["mt-sics-asked"] = SAYS["mt-sics"]


def written(family: str, frames: Iterable[ScaleFrame]) -> bytes:
    """The bytes of some frames, with what must stand before and behind for the first and last to be whole."""
    encode = indicator(family).encode
    before = b"\r" if family == "toledo-plain" else b""
    return before + b"".join(map(encode, frames)) + (b"=" if family in TEXT else b"")


def heard(family: str, data: bytes) -> list[ScaleFrame]:
    return indicator(family).decoder().feed(data)
