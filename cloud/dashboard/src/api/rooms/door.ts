import { Asking } from "../asking";
import type { Departure, InvitationSeen, User, WaysIn } from "../types";

/** An account to make; `organisation` names the one it founds, when the service is set up. */
export interface Account {
  name: string;
  password: string;
  organisation: string;
}

/** Coming in and going out: sessions, the ways in, invitations that are accepted. */
export class Door extends Asking {
  session(): Promise<User> {
    return this.askedAlready("/session");
  }

  signIn(name: string, password: string): Promise<User> {
    return this.ask("POST", "/session", { name, password });
  }

  signOut(): Promise<undefined> {
    return this.ask("DELETE", "/session");
  }

  /** How one may sign in here. */
  ways(): Promise<WaysIn> {
    return this.ask("GET", "/session/ways");
  }

  /** Where at the OpenID provider one signs in; an invitation is accepted on the way back. */
  leaveForProvider(invitation: string | null): Promise<Departure> {
    return this.ask("POST", "/session/oidc", { invitation });
  }

  /** What a link of an invitation offers. */
  look(token: string): Promise<InvitationSeen> {
    return this.ask("POST", "/invitations/look", { token });
  }

  /** Accept an invitation, with a new account or, without one, as whoever is signed in. */
  join(token: string, account: Account | null): Promise<User> {
    return this.ask("POST", "/invitations/accept", { token, ...account });
  }
}
