import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import type { Overview } from "../api/types";
import { MemoryStorage } from "../testing/browser";
import { alert, NOW_MS, overviewHouse } from "../testing/houses";
import { Chime } from "./chime";
import { ASIDE_MS, AWAY_MS, LOOKED_AT_MS, OverviewFeed } from "./overview.svelte";
import { Saved } from "./saved";
import { OwnWishes } from "./wishes.svelte";

const answer: Overview = { now: new Date(NOW_MS).toISOString(), houses: [overviewHouse()] };

function parts(ask: () => Promise<Overview>) {
  const saved = new Saved(new MemoryStorage());
  saved.put("user", "mei");
  const signedOut = vi.fn();
  const overview = vi.fn(ask);
  return { saved, signedOut, overview, feed: new OverviewFeed({ overview }, saved, signedOut) };
}

beforeEach(() => void vi.useFakeTimers({ now: NOW_MS }));
afterEach(() => void vi.useRealTimers());

describe("all houses", () => {
  it("are asked for now and then, and often while somebody looks", async () => {
    const { feed, overview } = parts(async () => answer);
    feed.start();
    await vi.advanceTimersByTimeAsync(ASIDE_MS - 5_000);
    expect(overview).toHaveBeenCalledTimes(1);
    const leave = feed.lookAt();
    await vi.advanceTimersByTimeAsync(LOOKED_AT_MS * 3);
    expect(overview.mock.calls.length).toBeGreaterThanOrEqual(3);
    leave();
    feed.stop();
  });

  it("are kept for the next visit, with their names", async () => {
    const { feed, saved } = parts(async () => answer);
    feed.start();
    await vi.advanceTimersByTimeAsync(0);
    feed.stop();
    expect(saved.get("houses")).toEqual([{ farm: "hillside", house: "house-2", name: null }]);
    const again = new OverviewFeed({ overview: () => Promise.reject(new NoAnswer("away")) }, saved, vi.fn());
    again.start();
    expect(again.overview).toEqual(answer);
    expect(again.contact).toEqual({ state: "asking", at: NOW_MS });
    await vi.advanceTimersByTimeAsync(AWAY_MS);
    expect(again.state).toBe("away");
    again.stop();
  });

  it("end with the session", async () => {
    const { feed, signedOut } = parts(() => Promise.reject(new Refused(401, "not_signed_in", "")));
    feed.start();
    await vi.advanceTimersByTimeAsync(0);
    feed.stop();
    expect(signedOut).toHaveBeenCalledOnce();
  });
});

describe("the chime", () => {
  it("rings once for a severe alert that waits, and not when it is switched off", () => {
    const ring = vi.fn();
    const wishes = new OwnWishes(new Saved(new MemoryStorage()));
    const chime = new Chime(() => wishes.now.sound, ring);
    chime.hear([alert()]);
    expect(ring).not.toHaveBeenCalled();
    const severe = alert({ alert: "a-severe", level: "severe" });
    chime.hear([severe]);
    chime.hear([severe]);
    expect(ring).toHaveBeenCalledOnce();
    wishes.change({ sound: false });
    chime.hear([alert({ alert: "a-other", level: "severe" })]);
    expect(ring).toHaveBeenCalledOnce();
  });
});

describe("what stays on the phone", () => {
  it("are the wishes, when what was seen of the farm goes", () => {
    const storage = new MemoryStorage();
    const saved = new Saved(storage);
    saved.put("user", "mei");
    new OwnWishes(saved).change({ largeText: true });
    saved.put("farms", []);
    saved.forgetFarm();
    expect(new OwnWishes(new Saved(storage)).now.largeText).toBe(true);
    expect(saved.get("farms")).toBeNull();
  });
});
