import type { EntryTold, Place } from "../api/types";

/** An entry of the daily log that the cloud has not confirmed yet. */
export interface Waiting {
  /** Made on the phone, so that sending it twice keeps it once. */
  entry: string;
  place: Place;
  told: EntryTold;
  photo: Blob | null;
  /** Who wrote it: nobody else's session may send it. */
  user: string;
  /** What the cloud said against it, in the language of that moment; null while it only waits. */
  refused: string | null;
}

/** Where waiting entries lie until they are sent. */
export interface Shelf {
  all(): Promise<Waiting[]>;
  put(waiting: Waiting): Promise<void>;
  remove(entry: string): Promise<void>;
}

const DATABASE = "henwise";
const STORE = "daily log";

/** Waiting entries in IndexedDB: they outlive a reload, an empty battery and a sign-out. */
export class DeviceShelf implements Shelf {
  private opened: Promise<IDBDatabase> | undefined;

  /** In the order they were written in. */
  async all(): Promise<Waiting[]> {
    const rows = await this.run<(Waiting & { at: number })[]>("readonly", (store) => store.getAll());
    return rows.sort((a, b) => a.at - b.at);
  }

  async put(waiting: Waiting): Promise<void> {
    await this.run("readwrite", (store) => store.put({ at: Date.now(), ...waiting }));
  }

  async remove(entry: string): Promise<void> {
    await this.run("readwrite", (store) => store.delete(entry));
  }

  /** Resolves once the transaction is complete: then it is on the phone. */
  private async run<Answer>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest,
  ): Promise<Answer> {
    this.opened ??= open();
    const database = await this.opened;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result as Answer);
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "entry" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException("not opened", "UnknownError"));
  });
}
