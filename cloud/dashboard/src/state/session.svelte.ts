import type { Account, Client } from "../api/client";
import { Refused } from "../api/errors";
import type { User } from "../api/types";
import type { Saved } from "./saved";

type Named = Pick<User, "name">;

/** Who is signed in. `asking` until the cloud or an earlier visit says. */
export class Session {
  state = $state<"asking" | "in" | "out">("asking");
  user = $state("");
  /** True when a session that was there has ended by itself. */
  expired = $state(false);
  /** False where the phone keeps nothing: then another page of this browser can say nothing either. */
  private kept = false;

  constructor(
    private readonly client: {
      session(): Promise<Named>;
      signIn(name: string, password: string): Promise<Named>;
      join(token: string, account: Account | null): Promise<Named>;
      signOut(): ReturnType<Client["signOut"]>;
    },
    private readonly saved: Saved,
    /** Load the document anew: all that it holds of a person, and every question under way, goes with it. */
    private readonly loadAnew: () => void,
  ) {}

  /** Believe an earlier visit at once, and ask whether it is still true; else, or just arrived, wait for the answer. */
  async start({ arrived = false } = {}): Promise<void> {
    const known = this.saved.get("user");
    if (known !== null && !arrived) return this.believe(known);
    try {
      this.welcome((await this.client.session()).name);
    } catch {
      // Whoever accepted an invitation meanwhile is in.
      if (this.state === "asking") this.state = "out";
    }
  }

  private async believe(known: string): Promise<void> {
    this.enter(known);
    try {
      const { name } = await this.client.session();
      // The answer to another person's signing in may have been lost on its way, but not the cookie with it.
      if (this.user === known && name !== known) this.leave(name);
    } catch (error) {
      if (error instanceof Refused && error.signedOut && this.user === known) this.end();
    }
  }

  /** Raises NoAnswer or Refused. */
  async signIn(name: string, password: string): Promise<void> {
    this.welcome((await this.client.signIn(name, password)).name);
  }

  /** Accept an invitation, with a new account or as whoever is signed in. Raises NoAnswer or Refused. */
  async join(token: string, account: Account | null): Promise<void> {
    this.welcome((await this.client.join(token, account)).name);
  }

  /** Raises NoAnswer when the cloud could not be told: then the session still stands. */
  async signOut(): Promise<void> {
    try {
      await this.client.signOut();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    this.leave(null);
  }

  /**
   * Another page of this browser may have signed out, or somebody else in: theirs is the cookie that this page asks
   * with, so nothing of the person before stays in sight or is sent. What is kept on the phone is the other page's now.
   */
  heed(): void {
    if (!this.kept || this.user === "" || this.saved.get("user") === this.user) return;
    this.makeWay();
  }

  /** Heed the other pages whenever they say something, or this one comes back in sight; returns what ends it. */
  listen(): () => void {
    const ending = new AbortController();
    const heed = () => this.heed();
    addEventListener("storage", heed, { signal: ending.signal });
    addEventListener("pageshow", heed, { signal: ending.signal });
    document.addEventListener("visibilitychange", heed, { signal: ending.signal });
    return () => ending.abort();
  }

  /** The cloud no longer knows this session. */
  end(): void {
    if (this.state !== "in") return;
    this.state = "out";
    this.expired = true;
  }

  private welcome(name: string): void {
    // What another person saw on this phone is not this person's business.
    if (this.user && this.user !== name) return this.leave(name);
    if (this.saved.get("user") !== name) this.saved.forgetFarm();
    this.enter(name);
  }

  /** Make way for `next`, or for whoever signs in next. */
  private leave(next: string | null): void {
    this.saved.forgetFarm();
    if (next !== null) this.saved.put("user", next);
    this.makeWay();
  }

  private makeWay(): void {
    // Until the document is gone, an answer that comes late is kept under nobody's name.
    this.saved.close();
    this.kept = false;
    this.user = "";
    this.state = "asking";
    this.expired = false;
    this.loadAnew();
  }

  private enter(name: string): void {
    this.user = name;
    this.state = "in";
    this.expired = false;
    this.saved.put("user", name);
    this.kept = this.saved.get("user") === name;
  }
}
