import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ScriptedStream } from "../testing/browser";
import { Live } from "./live";

let streams: ScriptedStream[];
let live: Live;
let since: string[];
let usable: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  since = [];
  usable = true;
  live = new Live(
    (after) => {
      since.push(after);
      const stream = new ScriptedStream();
      streams.push(stream);
      return stream;
    },
    () => usable,
    () => undefined,
  );
  live.restart();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

const stream = () => streams.at(-1) as ScriptedStream;

it("leaves a broken line to the browser", () => {
  stream().fail();
  vi.advanceTimersByTime(600_000);
  expect(streams).toHaveLength(1);
});

it("tries again later and later where the browser gave up", () => {
  const opened: number[] = [];
  for (let tries = 0; tries < 7; tries++) {
    stream().fail({ gaveUp: true });
    let waitedS = 0;
    const before = streams.length;
    while (streams.length === before) {
      vi.advanceTimersByTime(1000);
      waitedS++;
    }
    opened.push(waitedS);
  }
  expect(opened).toEqual([2, 4, 8, 16, 32, 60, 60]);
});

it("starts patiently again after a good word", () => {
  stream().fail({ gaveUp: true });
  vi.advanceTimersByTime(2_000);
  stream().say({ now: "2026-11-22T08:00:00.000Z" });
  stream().fail({ gaveUp: true });
  vi.advanceTimersByTime(2_000);
  expect(streams).toHaveLength(3);
});

it("does not come back after it was stopped", () => {
  stream().fail({ gaveUp: true });
  live.stop();
  vi.advanceTimersByTime(600_000);
  expect(streams).toHaveLength(1);
});

it("asks a new line for what came after the last patch that could be used", () => {
  stream().say({ now: "2026-11-22T08:00:00.000Z" }, "run-7");
  usable = false;
  stream().say({ now: "2026-11-22T08:00:01.000Z" }, "run-8");
  live.restart();
  expect(since).toEqual(["", "run-7"]);
});
