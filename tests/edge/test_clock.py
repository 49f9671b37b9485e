"""What time it is: before anybody knows, after it jumped, over restarts and power cuts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import Readings
from contract.place import Place
from edge.clock import BORN, POWER_ON, WAIT_S, Clock, is_mark
from edge.errors import ClockUnset
from edge.origin import Origin
from edge.outbox import Outbox
from edge.outbox_rows import Row
from edge.timescale import SLEWED_MOST_S, Timescale
from tests.edge.clocks import FIRST_S, FileClocks, World
from tests.edge.samples import BOOT
from tests.edge.test_agent import BIN, CLIMATE, CONFIG
from tests.edge.waiting import wait_until
from tests.servers import Mosquitto
from tests.system.far_away import FarAway

MS = timedelta(milliseconds=1)
HOUR_S = 3_600.0


def reading(clock: Clock, celsius: float = 20) -> Readings:
    origin = Origin("edge-1", BOOT, clock)
    return Readings(**origin.stamp_now(), instrument="climate", values={"temperature_celsius": celsius})


# The stamping rule


@given(
    steps=st.lists(
        st.tuples(st.floats(0.001, 5_000), st.sampled_from([0.0, 0.0, -30.0, 5.0, -1_700.0, 86_400.0]), st.booleans()),
        max_size=60,
    )
)
def test_no_moment_comes_twice_or_before_an_earlier_one(steps: list[tuple[float, float, bool]]):
    scale, steady_s, wall_s, last_s = Timescale(), 0.0, FIRST_S, None
    for passed_s, jump_s, believed in steps:
        steady_s += passed_s
        wall_s += passed_s + jump_s
        before_s = scale.at_s(steady_s)
        if before_s is not None and believed and before_s - wall_s > SLEWED_MOST_S:
            wall_s = before_s - SLEWED_MOST_S  # what is wrong by more can't be mended in order
        scale.look(steady_s, wall_s, believed=believed)
        at_s = scale.at_s(steady_s)
        if last_s is not None:
            assert at_s is not None
            assert at_s - last_s >= 0.499 * passed_s, "two moments are as far apart as half of what passed, at least"
        if believed and (last_s is None or wall_s >= before_s):
            assert at_s == pytest.approx(wall_s, abs=1e-3), "a clock that is ahead is followed at once"
        if not believed:
            assert at_s == before_s, "a jump that nobody vouches for does nothing"
        last_s = at_s


def test_a_clock_that_was_ahead_is_right_after_twice_as_long_and_one_far_ahead_at_once():
    scale = Timescale()
    scale.look(0, 1_000_000, believed=True)
    for steady_s in range(1, 1_201):
        scale.look(steady_s, 1_000_000 + steady_s - 600, believed=True)
    assert scale.at_s(1_200) == pytest.approx(1_000_600)
    scale.look(1_201, 1_000_601 - SLEWED_MOST_S - 1, believed=True)
    assert scale.at_s(1_201) == pytest.approx(1_000_601 - SLEWED_MOST_S - 1)
    assert scale.jumped_s == pytest.approx(-SLEWED_MOST_S - 1)


# Who is believed


@pytest.mark.parametrize(
    ("kept", "client", "wall_s", "steady_s", "is_known"),
    [
        (True, True, FIRST_S, 5, True),
        (False, True, FIRST_S, 5, False),  # the time of the last shutdown
        (None, True, FIRST_S, 5, False),
        (False, True, FIRST_S, WAIT_S, True),  # nobody came
        (False, False, FIRST_S, 5, True),  # nobody will come: a computer with a clock of its own
        (True, True, 1_700_000_000, 5, False),  # 2023
        (False, False, 86_400, 5, False),  # 1970
    ],
)
def test_whose_word_is_taken(kept: bool | None, client: bool, wall_s: float, steady_s: float, is_known: bool):
    clock = Clock(World(true_s=wall_s, on_since_s=wall_s - steady_s, kept=kept, client=client))
    assert (clock.known() is not None) == is_known
    if is_known:
        assert clock.now() == clock.mark() == datetime.fromtimestamp(wall_s, UTC)
        return
    with pytest.raises(ClockUnset):
        clock.now()
    assert clock.mark() == POWER_ON + timedelta(seconds=steady_s)
    plausible = wall_s >= BORN.timestamp()
    assert clock.guess() == (datetime.fromtimestamp(wall_s, UTC) if plausible else clock.mark())


def test_a_process_that_starts_anew_goes_on_with_what_was_known_and_a_power_cut_ends_that(tmp_path: Path):
    world = World(kept=True)
    assert Clock(world, kept=tmp_path / "run" / "clock.json").known()
    world.passes(50)
    world.turned_by_hand(-9 * HOUR_S)
    again = Clock(world, kept=tmp_path / "run" / "clock.json")
    assert again.now() == datetime.fromtimestamp(world.true_s, UTC)
    world.power_cut(1)
    assert Clock(world, kept=tmp_path / "run" / "clock.json").known() is None
    (tmp_path / "run" / "clock.json").write_text('{"power_on": 1')
    assert Clock(world, kept=tmp_path / "run" / "clock.json").known() is None


# The outbox


def waiting(outbox: Outbox) -> list[Row]:
    return outbox.waiting(live_since_ms=0, but=(), limit=10_000)


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("measures"), st.integers(1, 3)),
        st.tuples(st.just("passes"), st.floats(0.1, 4 * HOUR_S)),
        st.tuples(st.just("turned"), st.sampled_from([-40.0, 900.0, -9 * HOUR_S, 400 * 86_400.0])),
        st.tuples(st.just("ntp"), st.none()),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("power cut"), st.floats(5.0, 30 * HOUR_S)),
    ),
    min_size=3,
    max_size=25,
)


class Life(ExitStack):
    """A device through whatever happens; notes when each reading was truly made, and in which power-on."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.world = World(wrong_s=-5_000)
        self.measured: list[tuple[float, int]] = []
        self.timed: set[int] = set()
        self._folder = folder
        self._boots = 0
        self._start()

    def _start(self) -> None:
        self._boots += 1
        self._clock = Clock(self.world, kept=self._folder / "clock.json")
        boot = f"{self._boots:016x}"
        self.outbox = self.enter_context(Outbox(self._folder / "o.sqlite", boot, clock=self._clock, group_wait_s=0))

    def happens(self, what: str, much: float) -> None:
        match what:
            case "measures":
                for _ in range(int(much)):
                    self.world.passes(0.5)
                    self.outbox.put(reading(self._clock)).result(10)
                    self.measured.append((self.world.true_s, self.world.number))
            case "passes":
                self.world.passes(much)
            case "turned":
                self.world.turned_by_hand(much)
            case "ntp":
                self.world.passes(1)
                self.world.set_by_ntp()
                self._clock.known()
                self.timed.add(self.world.number)
            case _:
                self.close()
                if what == "power cut":
                    self.world.power_cut(much)
                self._start()


@settings(max_examples=25, deadline=None)
@given(happenings)
def test_whatever_the_clock_does_nothing_is_lost_doubled_or_reordered(steps: list[tuple[str, float]]):
    """Each gets the time when it was measured, or, of a power-on that nobody ever timed, one that keeps the order."""
    with TemporaryDirectory() as name, Life(Path(name)) as life:
        for what, much in [*steps, ("ntp", 0), ("measures", 1)]:
            life.happens(what, much)
        wait_until(lambda: life.outbox.held_rows == 0)
        rows, measured, timed, world = waiting(life.outbox), life.measured, life.timed, life.world
    at_s = [datetime.fromisoformat(json.loads(row.payload)["at"]).timestamp() for row in rows]
    assert len(rows) == len(measured)
    assert at_s == sorted(at_s)
    assert at_s == pytest.approx([row.at_ms / 1000 for row in rows], abs=0.002)
    for at, (true_s, number) in zip(at_s, measured, strict=True):
        if number in timed:
            assert at == pytest.approx(true_s, abs=0.002)
        else:
            assert true_s - 0.002 <= at < world.on_since_s


def test_a_false_date_ahead_throws_nothing_away(tmp_path: Path):
    """Rows have an age by the clock that is known, not by one that somebody turned."""
    world = World(kept=True)
    with Outbox(tmp_path / "o.sqlite", BOOT, clock=Clock(world), group_wait_s=0, max_days=30) as outbox:
        outbox.put(reading(Clock(world))).result(10)
        world.turned_by_hand(900 * 86_400)
        outbox._file._swept_ms = 0
        outbox.put(reading(Clock(World(kept=True)))).result(10)
        assert outbox.rows == 2
        assert outbox.dropped_rows == 0


# The whole agent


class Moved:
    """An agent whose wall clock a test moves."""

    def __init__(self, folder: Path, port: int, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.clock = folder / "clock.json"
        text = CONFIG.format(port=port) + CLIMATE.format(folder=folder).replace("0.5", "0.1")
        (folder / "edge.toml").write_text(text, "utf-8")
        simulator = self._run(BIN / "henwise-bridge", "simulate", "xy-md02", "--port", folder / "climate")
        assert simulator.stdout is not None
        assert simulator.stdout.readline().startswith("ready ")

    def start(self) -> "subprocess.Popen[str]":
        return self._run(sys.executable, "-m", "tests.edge.moved_agent", self._folder / "edge.toml", self.clock)

    def _run(self, *command: Path | str) -> "subprocess.Popen[str]":
        log = self._stack.enter_context((self._folder / "log").open("a"))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | {})
        self._stack.callback(lambda: (process.kill(), process.communicate()))
        return process


@pytest.fixture
def moved(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Moved]:
    with ExitStack() as stack:
        yield Moved(tmp_path, mosquitto.port, stack)


@pytest.mark.system
@pytest.mark.timeout(600)
def test_an_agent_without_a_clock_keeps_its_readings_and_jumps_do_not_move_them(mosquitto: Mosquitto, moved: Moved):
    far = FarAway(Place(farm="farm", house="house-1", device="edge-1"), mosquitto.port)
    FileClocks.write(moved.clock, wrong_s=-7 * HOUR_S, kept=False)  # as after a night without power
    far.start()
    try:
        began_s = time.time()
        first = moved.start()
        wait_until(lambda: causes(far) == {("ok", "clock_unset")}, 40)
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        moved.start()
        time.sleep(1)
        assert far.readings() == {}
        FileClocks.write(moved.clock, wrong_s=0, kept=True)
        wait_until(lambda: len(far.readings()) > 30 and causes(far) == {("ok", "")}, 40)

        for wrong_s, kept in ((400 * 24 * HOUR_S, False), (-2 * HOUR_S, False), (-30.0, True), (0.0, True)):
            FileClocks.write(moved.clock, wrong_s=wrong_s, kept=kept)
            before = len(far.readings())
            wait_until(lambda before=before: len(far.readings()) > before + 8)
        ended_s = time.time()
    finally:
        far.stop()
    by_seq = sorted(far.readings().items(), key=lambda one: (one[1]["at"], one[0][1]))
    boots = list(dict.fromkeys(boot for (boot, _seq), _one in by_seq))
    assert len(boots) == 2
    for boot in boots:
        assert [seq for (one, seq), _ in by_seq if one == boot] == list(
            range(1, 1 + sum(one == boot for (one, _), _ in by_seq))
        ), "in the order in which it was measured, without a gap"
    at_s = [datetime.fromisoformat(one["at"]).timestamp() for _key, one in by_seq]
    assert len(set(at_s)) == len(at_s)
    assert began_s <= at_s[0]
    assert at_s[-1] <= ended_s
    assert far.changed_since == []


def causes(far: FarAway) -> set[tuple[str, str]]:
    return {(one["state"], one["cause"]) for one in far.status.get("parts", [])}


def test_marks_are_told_from_times():
    assert is_mark(POWER_ON)
    assert is_mark(POWER_ON + timedelta(days=300))
    assert not is_mark(datetime.now(UTC))
