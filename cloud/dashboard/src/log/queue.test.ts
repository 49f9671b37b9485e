import { beforeEach, describe, expect, it } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import type { EntryTold, LogEntryNow, Place } from "../api/types";
import { newId } from "../state/newId";
import { Queue } from "./queue.svelte";
import type { Shelf, Waiting } from "./shelf";

const PLACE: Place = { farm: "hillside", house: "house-2" };

function dead(birds: number): EntryTold {
  return { kind: "mortality", day: "2026-11-22", at: "2026-11-22T04:00:00.000Z", birds, cause: "", note: "" };
}

/** A shelf in memory; `full` makes it refuse like a full phone. */
class MemoryShelf implements Shelf {
  full = false;
  readonly rows = new Map<string, Waiting>();

  async all(): Promise<Waiting[]> {
    return [...this.rows.values()];
  }

  async put(waiting: Waiting): Promise<void> {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.rows.set(waiting.entry, waiting);
  }

  async remove(entry: string): Promise<void> {
    this.rows.delete(entry);
  }
}

/** A cloud that keeps each id once, and can be away, refuse, or lose its answer. */
class Cloud {
  readonly kept = new Map<string, EntryTold>();
  readonly photos = new Map<string, Blob>();
  asked = 0;
  away = false;
  loseAnswers = 0;
  refusal: Refused | null = null;

  async writeEntry(_place: Place, entry: string, told: EntryTold): Promise<LogEntryNow> {
    this.asked += 1;
    if (this.away) throw new NoAnswer("away");
    if (this.refusal) throw this.refusal;
    this.kept.set(entry, told);
    if (this.loseAnswers-- > 0) throw new NoAnswer("lost on its way back");
    return {} as LogEntryNow;
  }

  async addPhoto(_place: Place, entry: string, photo: Blob): Promise<LogEntryNow> {
    if (this.away) throw new NoAnswer("away");
    this.photos.set(entry, photo);
    return {} as LogEntryNow;
  }
}

describe("the queue of the daily log", () => {
  let shelf: MemoryShelf;
  let cloud: Cloud;
  let user: string;
  let signedOut: number;
  let queue: Queue;

  beforeEach(() => {
    [shelf, cloud, user, signedOut] = [new MemoryShelf(), new Cloud(), "wang", 0];
    queue = another();
  });

  function another(): Queue {
    return new Queue(
      shelf,
      cloud,
      () => user,
      () => (signedOut += 1),
    );
  }

  it("sends at once where there is a line", async () => {
    await queue.add(PLACE, [dead(3), dead(4)], null);
    await queue.send();
    expect([...cloud.kept.values()]).toEqual([dead(3), dead(4)]);
    expect(queue.waiting).toEqual([]);
    expect(shelf.rows.size).toBe(0);
    expect(queue.sent).toBe(2);
  });

  it("keeps what was written without a line, over a restart of the page too", async () => {
    cloud.away = true;
    await queue.add(PLACE, [dead(3)], null);
    await queue.send();
    expect(queue.of(PLACE)).toHaveLength(1);
    const later = another();
    cloud.away = false;
    await later.send();
    expect([...cloud.kept.values()]).toEqual([dead(3)]);
    expect(later.waiting).toEqual([]);
  });

  it("sends the same id again when the answer was lost, so that it is kept once", async () => {
    cloud.loseAnswers = 1;
    await queue.add(PLACE, [dead(3)], null);
    await queue.send();
    expect(queue.waiting).toHaveLength(1);
    await queue.send();
    expect(cloud.asked).toBe(2);
    expect(cloud.kept.size).toBe(1);
    expect(queue.waiting).toEqual([]);
  });

  it("gives a refused entry back with its reason and sends the others", async () => {
    cloud.refusal = new Refused(422, "more_gone_than_there", "Only 10 are left.");
    await queue.add(PLACE, [dead(30)], null);
    await queue.send();
    cloud.refusal = null;
    await queue.add(PLACE, [dead(3)], null);
    await queue.send();
    expect(queue.waiting.map((one) => one.refused)).toEqual(["Only 10 are left."]);
    expect([...cloud.kept.values()]).toEqual([dead(3)]);
    await queue.remove(queue.waiting[0]?.entry ?? "");
    expect(shelf.rows.size).toBe(0);
  });

  it.each([401, 429, 500, 507])("takes a %i for a word about the service, not the entry", async (status) => {
    cloud.refusal = new Refused(status, "x", "x");
    await queue.add(PLACE, [dead(3)], null);
    await queue.send();
    expect(queue.waiting.map((one) => one.refused)).toEqual([null]);
    expect(signedOut).toBe(status === 401 ? 1 : 0);
  });

  it("never sends under another person's name", async () => {
    cloud.away = true;
    await queue.add(PLACE, [dead(3)], null);
    await queue.send();
    [user, cloud.away] = ["li", false];
    await queue.send();
    expect(queue.waiting).toEqual([]);
    expect(cloud.kept.size).toBe(0);
    user = "wang";
    await queue.send();
    expect(cloud.kept.size).toBe(1);
  });

  it("sends a photo after the entry it belongs to, and keeps both until both have arrived", async () => {
    const photo = new Blob(["jpeg"], { type: "image/jpeg" });
    await queue.add(PLACE, [dead(1), dead(2)], photo);
    await queue.send();
    expect([...cloud.photos.keys()]).toEqual([[...cloud.kept.keys()][1]]);
  });

  it("raises when the phone keeps nothing, for then nothing was written down", async () => {
    shelf.full = true;
    await expect(queue.add(PLACE, [dead(3)], null)).rejects.toThrow("full");
  });
});

it("an id is a slug of 32 characters and never the same", () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
