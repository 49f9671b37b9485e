import { beforeEach, describe, expect, it } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import { MemoryStorage } from "../testing/browser";
import { healthyHouse } from "../testing/houses";
import { Saved } from "./saved";
import { Session } from "./session.svelte";

const KEY = "house hillside/house-2";
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

beforeEach(() => {
  storage = new MemoryStorage();
  saved = new Saved(storage);
  client = {
    session: () => Promise.reject(new Refused(401, "not_signed_in", "")),
    signIn: (name) => Promise.resolve({ name }),
    join: () => Promise.resolve({ name: "li" }),
    signOut: () => Promise.resolve(undefined),
  };
  session = new Session(client, saved);
});

describe("Session", () => {
  it("believes an earlier visit before the network answers", () => {
    saved.put("user", "wang");
    client.session = () => new Promise(() => undefined);
    void session.start();
    expect([session.state, session.user]).toEqual(["in", "wang"]);
  });

  it("asks who came back from the provider, and forgets what another saw here", async () => {
    saved.put("user", "wang");
    saved.put(KEY, SEEN);
    client.session = () => Promise.resolve({ name: "li" });
    await session.start({ arrived: true });
    expect([session.state, session.user, saved.get(KEY)]).toEqual(["in", "li", null]);
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
    expect(session.state).toBe("out");
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
    await session.signIn("li", "secret");
    expect(saved.get(KEY)).toBeNull();
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
