"""A long run: the clock's ticks wrap, the sequence wraps, chips come and go, noise comes in; prints one JSON object."""

import gc
import json

import bench

START_MS = (1 << 30) - 60_000
bench.time = bench.VirtualTime(START_MS)
first = bench.Hx711(lambda n, source: n, 2, 3)
bench.Hx711(lambda n, source: -n, 6, 7)
air = bench.Sht3x(lambda n: (0x6666, 0x8000))
bench.Mlx90614({6: 0x3A3C, 7: 0x3B68})

import app
import board
import machine

TURNS = 13
LOOPS = 1000


class LastOnly(list):
    """The test's own memory must not grow either."""

    def append(self, said):
        super().append(said)
        if len(self) > 30:
            self.pop(0)


bench.said = LastOnly()
node = app.build(board, machine, bench.time)
node._seq = 64_000
node.introduce()
used = []
seqs = []


def turn():
    used.append(gc.mem_alloc())
    number = len(used)
    first.unplugged = number % 3 == 0
    if number % 4 == 0:
        bench.bus.pop(0x44, None)
    else:
        bench.bus[0x44] = air
    bench.orders.append(b"\xff\x03\x00nonsense" * 40)
    for _ in range(LOOPS):
        node.step()
        bench.time.sleep_ms(50)
    seqs.append(int(bench.said[-1].split(b",")[1]))
    if number == TURNS:
        elapsed_s = (bench.time.us // 1000 - START_MS) // 1000
        last = [said.decode() for said in bench.said]
        print(
            json.dumps({"used": used, "seqs": seqs, "elapsed_s": elapsed_s, "uptime_s": node._uptime_s, "last": last})
        )
