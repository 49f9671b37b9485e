"""What happens when the program or the watchdog must step in; prints one JSON object."""

import json
import os

import bench

bench.time = bench.VirtualTime()

import app
import board
import machine


def ended(call):
    try:
        call()
    except machine.Reset as reset:
        return reset.args[0]
    return "returned"


def crashed():
    bench.said.clear()
    board.I2C = None  # a board file with a mistake
    how = ended(lambda: app.run(board, machine, bench.time))
    board.I2C = (0, 5, 4)
    return {"how": how, "said": [said.decode() for said in bench.said]}


def hung():
    bench.said.clear()
    node = app.build(board, machine, bench.time)
    node.step()
    bench.time.sleep_ms(9000)  # a bus that never lets go
    return ended(node.step)


def ordered(verb):
    from words import line

    bench.said.clear()
    node = app.build(board, machine, bench.time)
    bench.orders.append(line(7, verb, ()))
    how = ended(node.step)
    marked = "stay" in os.listdir("/")
    return {"how": how, "said": bench.said[-1].decode(), "marked": marked}


class Stream:
    def __init__(self, came=b""):
        self.came = came
        self.gone = b""

    def read(self, size):
        byte, self.came = self.came[:size], self.came[size:]
        return byte

    def write(self, data):
        self.gone += data


def on_usb():
    heard, said = Stream(b"a" * 100), Stream()
    port = app.Console(heard, said, lambda: len(heard.came))
    pieces = [len(port.read()) for _ in range(3)]
    port.write(b"said")
    ended_ = app.Console(Stream(), Stream(), lambda: True).read()  # a port that is gone calls itself ready
    real = app.console()
    real.write(b"spoken\r\n")
    return {"pieces": pieces, "said": said.gone.decode(), "ended": ended_.decode(), "real": type(real).__name__}


results = {
    "on_usb": on_usb(),
    "crashed": crashed(),
    "hung": hung(),
    "restart": ordered("restart"),
    "stay": ordered("stay"),
}
bench.said.clear()
import main  # stays: the mark is there

results["after_stay"] = {"marked": "stay" in os.listdir("/"), "said": len(bench.said), "staying": main.staying}
print(json.dumps(results))
