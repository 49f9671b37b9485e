"""What is soldered to the fake board: chips that behave like the real ones, and the time they live in."""

import time as real_time


class VirtualTime:
    """MicroPython's time, moved by hand; its ticks wrap as a board's do. Interrupts steal time where they may."""

    PERIOD = 1 << 30
    INTERRUPT_US = 100

    def __init__(self, start_ms=0):
        self.us = start_ms * 1000
        self.irq = True
        self.busy = False  # whether interrupts come at every moment

    def ticks_ms(self):
        return self.us // 1000 % self.PERIOD

    def ticks_us(self):
        return self.us % self.PERIOD

    def ticks_add(self, ticks, delta):
        return (ticks + delta) % self.PERIOD

    def ticks_diff(self, end, start):
        half = self.PERIOD // 2
        return (end - start + half) % self.PERIOD - half

    def sleep_us(self, us):
        self.us += us + (self.INTERRUPT_US if self.busy and self.irq else 0)

    def sleep_ms(self, ms):
        self.us += ms * 1000


time = real_time
wires = {}  # pin number -> function of a level (None: read)
bus = {}  # I2C address -> chip
said = []  # lines, where no pseudo-terminal is joined
orders = []  # bytes to come, where none is joined
joined = False
cause = 1


class Hx711:
    """Avia HX711, pulse by pulse. ``value(n, source)`` gives the n-th conversion."""

    SOURCES = {25: "a128", 26: "b32", 27: "a64"}

    def __init__(self, value, data, clock, per_s=10):
        self.value = value
        self.period_ms = 1000 // per_s
        self.upset = 0  # reads with a wrong number of pulses, and power-downs
        self.strict = time is not real_time  # microseconds mean nothing in a browser's interpreter
        self.unplugged = False
        self.stuck_low = False
        self.count = 0
        self._level = 0
        self._reset()
        wires[data] = self.data
        wires[clock] = self.clock

    def _reset(self):
        self.source = "a128"
        self._pulses = 0
        self._waiting = False
        self._raw = 0
        self._next_ms = time.ticks_add(time.ticks_ms(), self.period_ms)

    def data(self, level=None):
        if self.stuck_low:
            return 0
        if self.unplugged:
            return 1
        self._convert()
        if not self._pulses:
            return 0 if self._waiting else 1
        return 1 if self._pulses > 24 else self._raw >> (24 - self._pulses) & 1

    def clock(self, level=None):
        if level and not self._level:
            self._rose_us = time.ticks_us()
            if self._waiting:
                self._pulses += 1
            if self._pulses == 25 and not self.strict:  # a busy machine may take longer to read than to convert
                self._next_ms = time.ticks_add(time.ticks_ms(), self.period_ms)
        if self._level and not level and self.strict and time.ticks_diff(time.ticks_us(), self._rose_us) >= 60:
            self.upset += 1
            self._reset()
        self._level = level

    def _convert(self):
        late_ms = time.ticks_diff(time.ticks_ms(), self._next_ms)
        if late_ms < 0 or (self._pulses and self._pulses < 25):
            return
        if self._pulses:
            if self._pulses in self.SOURCES:
                self.source = self.SOURCES[self._pulses]
            else:
                self.upset += 1
        self._pulses = 0
        self._raw = self.value(self.count, self.source) & 0xFFFFFF
        self.count += 1
        self._waiting = True
        self._next_ms = time.ticks_add(self._next_ms, (late_ms // self.period_ms + 1) * self.period_ms)


def crc8(data, polynomial, crc):
    """CRC-8 by shifting whole words: other code than the firmware's, on purpose."""
    value = crc << 8 * (len(data) - 1)
    value ^= int.from_bytes(data, "big")
    value <<= 8
    for bit in range(8 * len(data) - 1, -1, -1):
        if value >> (bit + 8) & 1:
            value ^= (0x100 | polynomial) << bit
    return value


class Sht3x:
    """Sensirion SHT3x: ``words(n)`` gives the n-th measurement's two words."""

    MEASURES_MS = 15

    def __init__(self, words, address=0x44):
        self.words = words
        self.flip = 0  # damage on the wire: bits of the second byte
        self.count = 0
        self._began_ms = None
        bus[address] = self

    def writeto(self, data):
        if data == b"\x24\x00":
            self._began_ms = time.ticks_ms()

    def readfrom(self, size):
        if self._began_ms is None or time.ticks_diff(time.ticks_ms(), self._began_ms) < self.MEASURES_MS:
            raise OSError(5)
        self._began_ms = None
        out = b""
        for word in self.words(self.count):
            two = bytes((word >> 8, word & 0xFF))
            out += two + bytes((crc8(two, 0x31, 0xFF),))
        self.count += 1
        return (out[:1] + bytes((out[1] ^ self.flip,)) + out[2:])[:size]


class Mlx90614:
    """Melexis MLX90614: ``words[register]`` are its linearised temperatures."""

    def __init__(self, words, address=0x5A):
        self.words = words
        self.flip = 0
        self._address = address
        bus[address] = self

    def readfrom_mem(self, register, size):
        word = self.words[register]
        said = bytes((self._address << 1, register, self._address << 1 | 1, word & 0xFF, word >> 8))
        return (said[3:4] + bytes((said[4] ^ self.flip, crc8(said, 0x07, 0))))[:size]
