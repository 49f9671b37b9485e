/** Stand-ins for what a browser gives, handed in as arguments. */
import type { HousePatch } from "../api/types";
import type { Stream } from "../state/live";

/** A storage in memory; `full` makes it refuse like a full phone. */
export class MemoryStorage {
  full = false;
  private readonly rows = new Map<string, string>();

  get length(): number {
    return this.rows.size;
  }

  key(index: number): string | null {
    return [...this.rows.keys()][index] ?? null;
  }

  getItem(name: string): string | null {
    return this.rows.get(name) ?? null;
  }

  setItem(name: string, text: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.rows.set(name, text);
  }

  removeItem(name: string): void {
    this.rows.delete(name);
  }
}

/** A stream that a test speaks through. */
export class ScriptedStream implements Stream {
  readyState = 1;
  closed = false;
  private onPatch: (event: MessageEvent<string>) => void = () => undefined;
  private onError: () => void = () => undefined;

  addEventListener(type: "patch" | "error", listener: never): void {
    if (type === "patch") this.onPatch = listener;
    else this.onError = listener;
  }

  close(): void {
    this.closed = true;
  }

  say(patch: HousePatch, lastEventId = ""): void {
    this.onPatch({ data: JSON.stringify(patch), lastEventId } as MessageEvent<string>);
  }

  /** The line broke; `gaveUp`: the browser will not try again by itself. */
  fail({ gaveUp = false } = {}): void {
    this.readyState = gaveUp ? 2 : 0;
    this.onError();
  }
}
