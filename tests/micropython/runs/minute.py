"""Half a minute on the virtual clock, fixed chips, the orders of a host in between; prints what was said, as hex."""

import bench

bench.time = bench.VirtualTime()
bench.time.sleep_us = lambda us: None  # whole milliseconds only, so that no moment is stepped over
bench.Hx711(lambda n, source: 84_000 + 25 * n, 2, 3)
bench.Sht3x(lambda n: (0x6666, 0x8000))  # 25.00 degrees, 50.00 percent
bench.Mlx90614({6: 0x3A3C, 7: 0x3B68})  # 25.01 and 31.01 degrees

import app
import board
import machine

board.CELLS = board.CELLS[:1]
node = app.build(board, machine, bench.time)
node.introduce()
while bench.time.ticks_ms() <= 30_000:
    node.step()
    for at_ms, order in ORDERS:  # noqa: F821  # the test puts them before this file
        if at_ms == bench.time.ticks_ms():
            bench.orders.append(order)
    bench.time.sleep_ms(1)
print(b"".join(bench.said).hex())
