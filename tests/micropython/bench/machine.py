"""The module ``machine`` of a board, as far as the node uses it, on top of what the bench has soldered on."""

from binascii import hexlify, unhexlify

import bench

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5


class Reset(SystemExit):
    pass


class Pin:
    IN, OUT, PULL_UP = 0, 1, 2

    def __init__(self, number, mode=None, pull=None):
        self._wire = bench.wires.get(number)

    def __call__(self, level=None):
        if self._wire is None:
            return 1  # pulled up, nothing there
        return self._wire(level)


class I2C:
    def __init__(self, number, scl, sda, freq):
        if freq > 100_000:
            raise ValueError("the MLX90614 knows 100 kHz at most")

    def _chip(self, address):
        if address not in bench.bus:
            raise OSError(19)
        return bench.bus[address]

    def writeto(self, address, data):
        self._chip(address).writeto(data)

    def readfrom(self, address, size):
        return self._chip(address).readfrom(size)

    def readfrom_mem(self, address, register, size):
        return self._chip(address).readfrom_mem(register, size)


class UART:
    def __init__(self, number, baudrate, tx, rx, txbuf, timeout):
        self._came = b""
        self._line = None
        if bench.joined:
            import _line

            self._line = _line

    def any(self):
        if self._line is not None:
            self._came += unhexlify(self._line.read())
        elif bench.orders:
            self._came += bench.orders.pop(0)
        return len(self._came)

    def read(self):
        came, self._came = self._came, b""
        return came or None

    def write(self, data):
        if self._line is not None:
            self._line.write(hexlify(data).decode())
        else:
            bench.said.append(data)


class WDT:
    def __init__(self, timeout):
        self._timeout_ms = timeout
        self._fed = bench.time.ticks_ms()

    def feed(self):
        now = bench.time.ticks_ms()
        if bench.time.ticks_diff(now, self._fed) > self._timeout_ms:
            raise Reset("watchdog")
        self._fed = now


def disable_irq():
    if bench.time is not bench.real_time:
        held, bench.time.irq = bench.time.irq, False
        return held
    return True


def enable_irq(held):
    if bench.time is not bench.real_time:
        bench.time.irq = held


def unique_id():
    return b"\xe6\x61\x64\x08\x43\x21\x0a\x2b"


def reset_cause():
    return bench.cause


def reset():
    raise Reset("reset")
