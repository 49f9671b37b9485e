"""HX711 load cell amplifier, by its pins.

    DOUT low                     a conversion is ready (10 or 80 a second, by the RATE pin)
    24 pulses on PD_SCK          the value, most significant bit first, two's complement
    1, 2 or 3 pulses more        input and gain of the next conversion: A 128, B 32, A 64; the 25th pulls DOUT high
    PD_SCK high for over 60 us   power down: so a pulse is never interrupted

After power-up or a change of input four conversions are thrown away: 400 ms at 10 a second, 50 ms at 80.

Source: Avia Semiconductor, HX711 data sheet, pages 4 and 5.
"""

from trouble import Trouble

PULSES = {"a128": 25, "b32": 26, "a64": 27}
SETTLING = 4
HIGHEST, LOWEST = 0x7FFFFF, -0x800000


class Hx711:
    """One amplifier.

    Args:
        data: pin DOUT, in.
        clock: pin PD_SCK, out.
        machine: has disable_irq and enable_irq.
        time: has sleep_us.
    """

    def __init__(self, data: object, clock: object, machine: object, time: object) -> None:
        self._data = data
        self._clock = clock
        self._machine = machine
        self._time = time
        self._clock(0)
        self.select("a128")

    def select(self, source: str) -> None:
        """Measure another input, from the conversion after the next on; KeyError when there is no such."""
        self._pulses = PULSES[source]
        self.source = source
        self._unsettled = SETTLING + 1  # the one that is ready now was made with the old input

    def ready(self) -> bool:
        """Say whether a conversion waits."""
        return self._data() == 0

    def read(self) -> int | None:
        """Return the waiting conversion, None while the chip settles. Raises Trouble."""
        raw = 0
        for _ in range(24):
            raw = raw << 1 | self._pulse()
        for _ in range(self._pulses - 24):
            self._pulse()
        if self._data() == 0:
            raise Trouble("garbled")
        if self._unsettled:
            self._unsettled -= 1
            return None
        return raw - 0x1000000 if raw & 0x800000 else raw

    def _pulse(self) -> int:
        held = self._machine.disable_irq()
        self._clock(1)
        self._time.sleep_us(1)
        bit = self._data()
        self._clock(0)
        self._machine.enable_irq(held)
        return bit
