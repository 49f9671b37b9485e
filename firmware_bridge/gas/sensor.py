"""Carbon dioxide sensors as devices: self-calibration off, then the present value.

Their automatic self-calibration (ABC) takes the lowest value of some days for fresh air of 400 ppm. A poultry house
never sees fresh air for so long: it would drift ever lower. So it is switched off before the first value.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineLost, LineSilent, WrongSettings
from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.asking import Asking
from firmware_bridge.gas.mhz19 import MhZ19Answer
from firmware_bridge.gas.senseair import S8Answer

if TYPE_CHECKING:  # pyserial is loaded when a line is built
    from firmware_bridge.link import Link

CO2 = "carbon_dioxide_ppm"
MOST_PPM = 10_000

Clock = Callable[[], float]


class Speech(Protocol):
    """How one make is spoken to.

    Attributes:
        warm_up_s: so long after power-up its values are not settled.
    """

    warm_up_s: float

    @property
    def failed_tries(self) -> int:
        """Tries without a readable answer that a later one made good."""
        ...

    def switch_self_calibration_off(self) -> None:
        """Do so, and make sure as far as it tells. Raises as ``Asking.ask``, and WrongSettings: it stays on."""
        ...

    def ppm(self) -> int:
        """Ask for the carbon dioxide. Raises as ``Asking.ask``, and BadValue: it reports a fault instead."""
        ...


class GasSensor:
    """The device; see ``firmware_bridge.device.Device``.

    Args:
        family: key in the registry.
        link: its line.
        speech: how it is spoken to over that line.
        clock: seconds, rising; ``time.monotonic``.
    """

    streaming = False
    quantities: tuple[str, ...] = (CO2,)

    def __init__(self, family: str, link: "Link", speech: Speech, clock: Clock = time.monotonic) -> None:
        self.family = family
        self._link = link
        self._speech = speech
        self._clock = clock
        self._opened_s: float | None = None
        self._prepared = False

    @property
    def faults(self) -> int:
        """Tries without a readable answer that a later one made good, so far."""
        return self._speech.failed_tries

    def open(self) -> None:
        """Open the line; nothing happens when it is open. Raises LineLost."""
        if self._opened_s is None:
            self._link.open()
            self._opened_s, self._prepared = self._clock(), False

    def read(self) -> Measured:
        """Return the present value; ``stable`` is False while the sensor may still warm up.

        Raises:
            LineLost, LineSilent, LineGarbled: see ``Asking.ask``.
            BadValue: the sensor reports a fault, or a value that can't be.
            WrongSettings: its self-calibration can't be switched off.
        """
        if self._opened_s is None:
            raise LineLost(f"{self.family}: the line is not open; open it first")
        since_s = self._clock() - self._opened_s
        try:
            if not self._prepared:
                self._speech.switch_self_calibration_off()
                self._prepared = True
            ppm = self._speech.ppm()
        except LineLost:
            self.close()
            raise
        if ppm > MOST_PPM:
            raise BadValue(f"{self.family}: {ppm} ppm can't be, it measures up to {MOST_PPM} ppm; check its supply")
        return Measured({CO2: float(ppm)}, stable=since_s >= self._speech.warm_up_s)

    def close(self) -> None:
        """Close the line."""
        self._opened_s = None
        self._link.close()


class S8Speech:
    """SenseAir S8; see ``firmware_bridge.gas.senseair``."""

    warm_up_s = 60.0
    """Not told by our sources; a minute is our caution."""

    def __init__(self, family: str, link: "Link", timeout_s: float) -> None:
        self._family = family
        self._asking: Asking[S8Answer] = Asking(
            family, link, senseair.decoder(), timeout_s=timeout_s, wake=senseair.WAKE, wake_s=senseair.WAKE_S
        )

    @property
    def failed_tries(self) -> int:
        """Tries without a readable answer that a later one made good."""
        return self._asking.failed_tries

    def switch_self_calibration_off(self) -> None:
        """Write 0 hours, unless they are 0 (its memory wears out), and read them back.

        Raises:
            WrongSettings: it stays on.
        """
        if not self._self_calibrates():
            return
        self._ask(senseair.WRITE, senseair.ABC_OFF, 2)
        if self._self_calibrates():
            raise WrongSettings(
                f"{self._family}: its self-calibration (ABC) stays on, and in a poultry house it would drift; switch "
                "it off with the maker's program, or take another sensor"
            )

    def _self_calibrates(self) -> bool:
        answer = self._ask(senseair.READ_HOLDING, senseair.ABC_ASKED, 1)
        return answer.function == senseair.READ_HOLDING and answer.words[0] != 0  # refused: it has none

    def ppm(self) -> int:
        """Ask for status and carbon dioxide.

        Raises:
            BadValue: its status says that there is no value.
        """
        answer = self._ask(senseair.READ_INPUT, senseair.MEASURE, 4)
        if answer.function & senseair.REFUSED:
            raise WrongSettings(f"{self._family} refuses to give its value; is it a SenseAir S8?")
        status, _, _, ppm = answer.words
        faults = [text for bit, text in senseair.FAULTS.items() if status >> bit & 1]
        if faults:
            raise BadValue(f"{self._family} reports: {', '.join(faults)}; switch it off and on, else replace it")
        if ppm == 0 and status & senseair.OUT_OF_RANGE:
            raise BadValue(f"{self._family} reports that the air is outside what it can measure; it is asked again")
        return ppm

    def _ask(self, function: int, question: bytes, words: int) -> S8Answer:
        def fits(answer: S8Answer) -> bool:
            refused = answer.function == function | senseair.REFUSED
            return refused or (answer.function == function and len(answer.words) == words)

        return self._asking.ask(question, fits)


class MhZ19Speech:
    """Winsen MH-Z19B, MH-Z19C; see ``firmware_bridge.gas.mhz19``."""

    warm_up_s = 180.0

    def __init__(self, family: str, link: "Link", timeout_s: float) -> None:
        self._asking: Asking[MhZ19Answer] = Asking(family, link, mhz19.decoder(), timeout_s=timeout_s, alone=True)

    @property
    def failed_tries(self) -> int:
        """Tries without a readable answer that a later one made good."""
        return self._asking.failed_tries

    def switch_self_calibration_off(self) -> None:
        """Tell it; some answer, some don't, and none can be asked whether it is off."""
        try:
            self._asking.ask(mhz19.ABC_OFF, lambda answer: answer.command == mhz19.ABC, tries=1)
        except LineSilent:
            return

    def ppm(self) -> int:
        """Ask for the carbon dioxide."""
        return self._asking.ask(mhz19.MEASURE, lambda answer: answer.command == mhz19.READ).ppm
