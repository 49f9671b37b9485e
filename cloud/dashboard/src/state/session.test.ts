import { beforeEach, describe, expect, it } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import { MemoryStorage } from "../testing/browser";
import type { FarmNow, Overview } from "../api/types";
import { healthyHouse, NOW_MS, overviewHouse } from "../testing/houses";
import { Farms } from "./farms.svelte";
import { OverviewFeed } from "./overview.svelte";
import { Saved } from "./saved";
import { Session } from "./session.svelte";

const KEY = "house hillside/house-2";
const WANGS: FarmNow = { farm: "hillside", organisation: 1, name: null, time_zone: null, rights: ["people"] };
const SEEN = { house: healthyHouse(), offsetMs: 0 };

let storage: MemoryStorage;
let saved: Saved;
let client: {
  session: () => Promise<{ name: string }>;
  signIn: (name: string) => Promise<{ name: string }>;
  join: () => Promise<{ name: string }>;
  signOut: () => Promise<undefined>;
};
let session: Session;
let loadedAnew: number;

beforeEach(() => {
  loadedAnew = 0;
  storage = new MemoryStorage();
  saved = new Saved(storage);
  client = {
    session: () => Promise.reject(new Refused(401, "not_signed_in", "")),
    signIn: (name) => Promise.resolve({ name }),
    join: () => Promise.resolve({ name: "li" }),
    signOut: () => Promise.resolve(undefined),
  };
  session = new Session(client, saved, () => loadedAnew++);
});

describe("Session", () => {
  it("believes an earlier visit before the network answers", () => {
    saved.put("user", "wang");
    client.session = () => new Promise(() => undefined);
    void session.start();
    expect([session.state, session.user]).toEqual(["in", "wang"]);
  });

  it("asks all the same whether it is still true, and makes way for whom the cloud names", async () => {
    saved.put("user", "wang");
    saved.put(KEY, SEEN);
    client.session = () => Promise.resolve({ name: "li" });
    await session.start();
    expect([session.user, loadedAnew, saved.get("user"), saved.get(KEY)]).toEqual(["", 1, "li", null]);
  });

  it("has ended when the cloud knows of none, and stands while nobody answers", async () => {
    saved.put("user", "wang");
    client.session = () => Promise.reject(new NoAnswer("away"));
    await session.start();
    expect(session.state).toBe("in");
    client.session = () => Promise.reject(new Refused(401, "not_signed_in", ""));
    await session.start();
    expect([session.state, session.expired]).toEqual(["out", true]);
  });

  describe("with another page of the same browser", () => {
    let there: Session;
    let thereSaved: Saved;

    beforeEach(async () => {
      thereSaved = new Saved(storage);
      there = new Session(client, thereSaved, () => undefined);
      await session.signIn("wang", "secret");
      client.session = () => Promise.resolve({ name: "wang" });
      await there.start();
      saved.put(KEY, SEEN);
    });

    it("makes way when that one signs out", async () => {
      session.heed();
      expect([session.state, loadedAnew]).toEqual(["in", 0]);
      await there.signOut();
      session.heed();
      expect([session.state, session.user, loadedAnew]).toEqual(["asking", "", 1]);
      session.heed();
      expect(loadedAnew).toBe(1);
    });

    it("keeps nothing of its own person under the next one's name, nor takes away what is theirs", async () => {
      await there.signOut();
      const next = new Session(client, new Saved(storage), () => undefined);
      await next.signIn("li", "secret");
      // An answer comes before this page has heard of it.
      saved.put(KEY, SEEN);
      expect(thereSaved.get(KEY)).toBeNull();
      session.heed();
      expect([session.user, loadedAnew, thereSaved.get("user")]).toEqual(["", 1, "li"]);
    });

    it("stays where the phone keeps nothing", async () => {
      const empty = new MemoryStorage();
      empty.full = true;
      const forbidden = new Session(client, new Saved(empty), () => loadedAnew++);
      await forbidden.signIn("wang", "secret");
      forbidden.heed();
      expect([forbidden.state, loadedAnew]).toEqual(["in", 0]);
    });
  });

  it("asks who came back from the provider, and forgets what another saw here", async () => {
    saved.put("user", "wang");
    saved.put(KEY, SEEN);
    client.session = () => Promise.resolve({ name: "li" });
    await session.start({ arrived: true });
    expect([session.state, session.user, saved.get(KEY)]).toEqual(["in", "li", null]);
    // The document that the provider sent back to holds nothing of anybody yet.
    expect(loadedAnew).toBe(0);
  });

  it("enters whoever accepts an invitation", async () => {
    await session.join("token", null);
    expect([session.state, session.user, saved.get("user")]).toEqual(["in", "li", "li"]);
  });

  it("finds a session of the cookie's, or asks to sign in", async () => {
    await session.start();
    expect(session.state).toBe("out");
    client.session = () => Promise.resolve({ name: "wang" });
    await session.start();
    expect(session.state).toBe("in");
  });

  it("forgets on signing out what was seen, and nothing that comes late is kept", async () => {
    saved.put("language", "zh");
    await session.signIn("wang", "secret");
    saved.put(KEY, SEEN);
    await session.signOut();
    saved.put(KEY, SEEN);
    expect(saved.get(KEY)).toBeNull();
    expect(saved.get("language")).toBe("zh");
    expect([session.user, loadedAnew]).toEqual(["", 1]);
    // A question of before is refused late: nobody's session has ended by itself.
    session.end();
    expect([session.state, session.expired]).toEqual(["asking", false]);
  });

  it("stays signed in when the cloud could not be told", async () => {
    await session.signIn("wang", "secret");
    client.signOut = () => Promise.reject(new NoAnswer("away"));
    await expect(session.signOut()).rejects.toThrow(NoAnswer);
    expect(session.state).toBe("in");
  });

  it("shows the next person nothing of the last one's, but the same person their own", async () => {
    await session.signIn("wang", "secret");
    saved.put(KEY, SEEN);
    session.end();
    expect(session.expired).toBe(true);
    await session.signIn("wang", "secret");
    expect(saved.get(KEY)).not.toBeNull();
    session.end();
    expect(loadedAnew).toBe(0);
    await session.signIn("li", "secret");
    expect(saved.get(KEY)).toBeNull();
  });

  it("is entered by another person in a document of their own, with nothing late of the last one's", async () => {
    let answer: (overview: Overview) => void = () => undefined;
    const asked = { overview: () => new Promise<Overview>((resolve) => (answer = resolve)) };
    const overview = new OverviewFeed(asked, saved, () => session.end());
    const farms = new Farms({ farms: () => Promise.resolve([WANGS]) }, saved);
    await session.signIn("wang", "secret");
    await farms.load();
    overview.start();
    session.end();
    await session.join("token", null);
    expect(loadedAnew).toBe(1);
    answer({ now: new Date(NOW_MS).toISOString(), houses: [overviewHouse()] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    overview.stop();
    session.end();
    // The document is of nobody until it is gone: Root shows neither pages nor the sign-in.
    expect([session.state, session.user]).toEqual(["asking", ""]);

    const after = new Saved(storage);
    expect([after.get("overview"), after.get("houses"), after.get("farms")]).toEqual([null, null, null]);
    const next = new Session(client, after, () => loadedAnew++);
    client.session = () => Promise.resolve({ name: "li" });
    await next.start();
    expect([next.state, next.user, loadedAnew]).toEqual(["in", "li", 1]);
  });

  it("stays with whoever joined while the question who is signed in was refused", async () => {
    let refuse: () => void = () => undefined;
    client.session = () => new Promise((_, no) => (refuse = () => no(new Refused(401, "not_signed_in", ""))));
    const started = session.start();
    await session.join("token", null);
    refuse();
    await started;
    expect([session.state, session.user, loadedAnew]).toEqual(["in", "li", 0]);
  });
});

describe("Saved", () => {
  it("does without a storage that is full or holds rubbish", () => {
    storage.full = true;
    saved.put("user", "wang");
    expect(saved.get("user")).toBeNull();
    storage.full = false;
    storage.setItem("henwise.1.user", "{");
    expect(saved.get("user")).toBeNull();
  });
});
