import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import type { HouseNow } from "../api/types";
import { MemoryStorage, ScriptedStream } from "../testing/browser";
import { alert, healthyHouse, NOW_MS } from "../testing/houses";
import { AWAY_MS, HouseFeed, POLL_MS, QUIET_MS } from "./feed.svelte";
import { Saved } from "./saved";

const PLACE = { farm: "hillside", house: "house-2" };
const PHONE_LATE_MS = 7_000;

let storage: MemoryStorage;
let streams: ScriptedStream[];
/** After which event each stream was asked for. */
let since: string[];
let asked: number;
let answer: () => Promise<HouseNow>;
let signedOut: number;
let feed: HouseFeed;

function makeFeed({ streamed = true } = {}): HouseFeed {
  const openStream = (_place: typeof PLACE, after: string) => {
    since.push(after);
    const stream = new ScriptedStream();
    streams.push(stream);
    return stream;
  };
  return new HouseFeed(PLACE, {
    client: { house: () => (asked++, answer()) },
    openStream: streamed ? openStream : null,
    saved: new Saved(storage),
    onSignedOut: () => signedOut++,
  });
}

/** The answer comes, and in the next idle moment the stream is opened. */
const settle = () => vi.advanceTimersByTimeAsync(1);
/** The service's time; the phone's clock is late. */
const serviceNow = () => new Date(Date.now() + PHONE_LATE_MS).toISOString();
const stream = () => streams.at(-1) as ScriptedStream;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS - PHONE_LATE_MS });
  storage = new MemoryStorage();
  new Saved(storage).put("user", "wang");
  streams = [];
  since = [];
  asked = 0;
  signedOut = 0;
  answer = () => Promise.resolve(healthyHouse({ now: serviceNow() }));
  feed = makeFeed();
});

afterEach(async () => {
  feed.stop();
  // What waits its turn must not wait for a clock that is gone.
  await vi.runOnlyPendingTimersAsync();
  vi.useRealTimers();
});

describe("HouseFeed", () => {
  it("shows the saved state at once, as an earlier visit's", async () => {
    feed.start();
    await settle();
    feed.stop();
    answer = () => new Promise(() => undefined);
    const later = makeFeed();
    later.start();
    expect(later.house).toEqual(feed.house);
    expect(later.state).toBe("asking");
    later.stop();
  });

  it("measures ages by the service's clock", async () => {
    feed.start();
    await settle();
    expect(feed.offsetMs).toBe(PHONE_LATE_MS);
    expect(feed.contact.at).toBe(NOW_MS);
  });

  it("opens its stream when the house has answered, not for a page that was left meanwhile", async () => {
    let answered: (house: HouseNow) => void = () => undefined;
    answer = () => new Promise((resolve) => (answered = resolve));
    feed.start();
    await settle();
    expect(streams).toHaveLength(0);
    answered(healthyHouse({ now: serviceNow() }));
    await settle();
    expect(streams).toHaveLength(1);
    feed.stop();
    feed.start();
    feed.stop();
    answered(healthyHouse({ now: serviceNow() }));
    await vi.advanceTimersByTimeAsync(2 * QUIET_MS);
    expect(streams).toHaveLength(1);
  });

  it("opens its stream once where the answer is long in coming", async () => {
    answer = () => new Promise((_, lost) => setTimeout(lost, 15_000, new NoAnswer("slow")));
    feed.start();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(streams).toHaveLength(1);
  });

  it("goes live with the stream and takes only what changed", async () => {
    feed.start();
    await settle();
    stream().say({ now: serviceNow(), counts: [] });
    expect(feed.state).toBe("live");
    stream().say({ now: serviceNow(), weight: null });
    expect(feed.house?.weight).toBeNull();
    expect(feed.house?.climate).toHaveLength(1);
  });

  it("asks no more while the stream speaks, and polls when it is lost", async () => {
    feed.start();
    await settle();
    for (let s = 0; s < 60; s += 5) {
      await vi.advanceTimersByTimeAsync(5_000);
      stream().say({ now: serviceNow() });
    }
    const before = asked;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toBe(before);
    stream().fail();
    expect(feed.state).toBe("polling");
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(asked).toBeGreaterThanOrEqual(before + 3);
    expect(feed.state).toBe("polling");
  });

  it("opens a stream anew that fell silent without a word, once per silence", async () => {
    feed.start();
    await settle();
    stream().say({ now: serviceNow() });
    answer = () => Promise.reject(new NoAnswer("away"));
    await vi.advanceTimersByTimeAsync(QUIET_MS + 6_000);
    expect(streams).toHaveLength(2);
    expect(streams[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(QUIET_MS - 10_000);
    expect(streams).toHaveLength(2);
  });

  it("keeps the last state and says away only after a while without any answer", async () => {
    feed.start();
    await settle();
    stream().fail();
    answer = () => Promise.reject(new NoAnswer("away"));
    await vi.advanceTimersByTimeAsync(AWAY_MS - 6_000);
    expect(feed.state).toBe("polling");
    await vi.advanceTimersByTimeAsync(POLL_MS + 6_000);
    expect(feed.state).toBe("away");
    expect(feed.house).not.toBeNull();
    answer = () => Promise.resolve(healthyHouse({ now: serviceNow() }));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(feed.state).toBe("polling");
  });

  it("takes what it knew as an earlier visit's when it comes back from a pocket", async () => {
    feed.start();
    await settle();
    feed.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    answer = () => new Promise(() => undefined);
    feed.start();
    expect(feed.state).toBe("asking");
  });

  it("reports an ended session and an unknown house", async () => {
    answer = () => Promise.reject(new Refused(401, "not_signed_in", ""));
    feed.start();
    await settle();
    expect(signedOut).toBe(1);
    expect(feed.unknown).toBe(false);
    answer = () => Promise.reject(new Refused(404, "no_such_house", ""));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(feed.unknown).toBe(true);
  });

  it("forgets a house that is no longer this person's to see", async () => {
    feed = makeFeed({ streamed: false });
    feed.start();
    await vi.advanceTimersByTimeAsync(POLL_MS);
    const kept = () => new Saved(storage).get("house hillside/house-2");
    expect([feed.house, kept()]).not.toContain(null);
    answer = () => Promise.reject(new Refused(404, "no_such_house", ""));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect([feed.house, kept()]).toEqual([null, null]);
  });

  it("never shows an earlier visit's house as live when the first answer is lost after the stream's first word", async () => {
    const hot = alert({ level: "severe" });
    feed.start();
    await settle();
    feed.stop();
    await vi.advanceTimersByTimeAsync(8 * 3_600_000);
    answer = () => new Promise((_, lost) => setTimeout(lost, 15_000, new NoAnswer("away")));
    feed = makeFeed();
    feed.start();
    await vi.advanceTimersByTimeAsync(5_000);
    stream().say({ now: serviceNow(), alerts: [hot] }, "run-7");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(feed.state).toBe("away");
    const before = asked;
    stream().say({ now: serviceNow(), counts: [] }, "run-8");
    expect(feed.state).toBe("away");
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(asked).toBeGreaterThan(before);

    // The silence has it open a new line, which is to begin where nothing was used yet: with the whole house.
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(since).toEqual(["", "", ""]);
    stream().say({ now: serviceNow(), alerts: [hot] }, "run-9");
    expect([feed.state, feed.house?.alerts]).toEqual(["live", [hot]]);
  });

  it("goes live with the answer that comes after a lost one", async () => {
    storage.setItem(
      "henwise.1.house hillside/house-2",
      JSON.stringify({ house: healthyHouse(), offsetMs: 0 }),
    );
    answer = () => Promise.reject(new NoAnswer("away"));
    feed.start();
    await settle();
    stream().say({ now: serviceNow(), counts: [] }, "run-7");
    answer = () => Promise.resolve(healthyHouse({ now: serviceNow() }));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(feed.state).toBe("live");
    stream().say({ now: serviceNow(), weight: null }, "run-8");
    expect(feed.house?.weight).toBeNull();
  });

  it("opens no stream where none is wanted", async () => {
    feed = makeFeed({ streamed: false });
    feed.start();
    await vi.advanceTimersByTimeAsync(2 * QUIET_MS);
    expect(streams).toHaveLength(0);
    expect(feed.state).toBe("polling");
    expect(asked).toBeGreaterThan(5);
  });
});
