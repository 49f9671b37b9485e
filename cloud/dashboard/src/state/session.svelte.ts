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

  /** Believe an earlier visit at once (the first refused question corrects it), else, or just arrived, ask. */
  async start({ arrived = false } = {}): Promise<void> {
    const known = this.saved.get("user");
    if (known !== null && !arrived) return this.enter(known);
    try {
      this.welcome((await this.client.session()).name);
    } catch {
      // Whoever accepted an invitation meanwhile is in.
      if (this.state === "asking") this.state = "out";
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
    // Until the document is gone, an answer that comes late is kept under nobody's name.
    this.saved.close();
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
  }
}
