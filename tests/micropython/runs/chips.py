"""Each chip's ways to be wrong, on the virtual clock; prints one JSON object."""

import json

import bench

bench.time = bench.VirtualTime()
bench.time.busy = True  # interrupts come whenever they are let

import machine
from hx711 import Hx711
from mlx90614 import Mlx90614
from mlx90614 import crc8 as pec
from sht3x import Sht3x, crc8
from trouble import Trouble
from words import hundredths

RAWS = [0, 1, -1, 8388607, -8388608, 123456, -123456, 0x555555, -0x2AAAAA, 42, 43, 44]


def cause(call):
    try:
        return call()
    except Trouble as trouble:
        return trouble.args[0]


def conversions(chip, count):
    got = []
    while len(got) < count:
        bench.time.sleep_ms(1)
        if chip.ready():
            got.append(chip.read())
    return got


def weighed():
    fake = bench.Hx711(lambda n, source: RAWS[(n - 5) % len(RAWS)], 2, 3)
    chip = Hx711(machine.Pin(2), machine.Pin(3), machine, bench.time)
    settled = conversions(chip, 5 + len(RAWS))
    return {"unsettled": settled[:5], "raws": settled[5:], "upset": fake.upset}


def switched():
    gains = {"a128": 128, "a64": 64, "b32": 32}
    fake = bench.Hx711(lambda n, source: gains[source], 2, 3)
    chip = Hx711(machine.Pin(2), machine.Pin(3), machine, bench.time)
    got = {}
    for source in ("a64", "b32", "a128"):
        chip.select(source)
        got[source] = conversions(chip, 8)
    return {"got": got, "upset": fake.upset}


def broken_cell():
    fake = bench.Hx711(lambda n, source: 7, 2, 3)
    chip = Hx711(machine.Pin(2), machine.Pin(3), machine, bench.time)
    fake.stuck_low = True
    stuck = cause(chip.read)
    fake.stuck_low, fake.unplugged = False, True
    return {"stuck": stuck, "ready": chip.ready()}


def air():
    bus = machine.I2C(0, 1, 2, 100_000)
    chip = Sht3x(bus, 0x44)
    bench.bus.clear()
    nobody = cause(chip.start)
    words = [(0x6666, 0x8000), (0, 0), (0xFFFF, 0xFFFF), (0x2F5B, 0x1234)]
    fake = bench.Sht3x(lambda n: words[n % len(words)])
    got = []
    for _ in words:
        chip.start()
        bench.time.sleep_ms(20)
        got.append(chip.fetch())
    chip.start()
    early = cause(chip.fetch)
    bench.time.sleep_ms(20)
    fake.flip = 4
    return {"nobody": nobody, "got": got, "early": early, "crc": cause(chip.fetch), "vector": crc8(b"\xbe\xef")}


def skin():
    bus = machine.I2C(0, 1, 2, 100_000)
    chip = Mlx90614(bus, 0x5A)
    bench.bus.clear()
    nobody = cause(lambda: chip.read(7))
    fake = bench.Mlx90614({6: 0x3A3C, 7: 0x3B68})
    got = [chip.read(7), chip.read(6)]
    fake.words[7] = 0x27AD
    got.append(chip.read(7))
    fake.words[7] = 0x7FFF
    got.append(chip.read(7))
    fake.words[7] = 0x8000 | 0x3B68
    error = cause(lambda: chip.read(7))
    fake.words[7] = 0x1000
    cold = cause(lambda: chip.read(7))
    fake.flip = 0x10
    flipped = cause(lambda: chip.read(7))
    return {"nobody": nobody, "got": got, "error": error, "range": cold, "crc": flipped, "vector": pec(b"123456789")}


print(
    json.dumps(
        {
            "weighed": weighed(),
            "switched": switched(),
            "broken_cell": broken_cell(),
            "air": air(),
            "skin": skin(),
            "hundredths": [hundredths(value) for value in (0, 5, -5, 99, -100, 2345, -4500)],
        }
    )
)
