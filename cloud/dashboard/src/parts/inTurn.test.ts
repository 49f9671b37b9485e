import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inTurn } from "./inTurn";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("each piece has a task of its own, in the order they came", async () => {
  const done: string[] = [];
  for (const name of ["first", "second", "third"]) inTurn(() => done.push(name));
  expect(done).toEqual([]);
  await vi.advanceTimersToNextTimerAsync();
  expect(done).toEqual(["first"]);
  await vi.runAllTimersAsync();
  expect(done).toEqual(["first", "second", "third"]);
});

test("what is called off is left out, and what comes later is done", async () => {
  const done: string[] = [];
  const off = inTurn(() => done.push("off"));
  inTurn(() => done.push("on"));
  off();
  off();
  await vi.runAllTimersAsync();
  inTurn(() => done.push("later"));
  await vi.runAllTimersAsync();
  expect(done).toEqual(["on", "later"]);
});
