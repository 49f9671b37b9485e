import { farmAddress } from "../addresses";
import { Devices } from "./devices";
import type {
  FarmNow,
  InvitationMade,
  InvitationNow,
  NewInvitation,
  PersonNow,
  Place,
  Post,
  TokenNow,
} from "../types";

/** Farms, how they are called, and the people who may do what there. */
export class People extends Devices {
  /** One's farms, and what one may do on each. */
  farms(): Promise<FarmNow[]> {
    return this.ask("GET", "/farms");
  }

  people(organisation: number): Promise<PersonNow[]> {
    return this.ask("GET", `/organisations/${organisation}/people`);
  }

  /** Say all that a person is from now on; none: they leave. */
  setPosts(organisation: number, person: number, posts: Post[]): Promise<PersonNow | undefined> {
    const address = `/organisations/${organisation}/people/${person}`;
    return posts.length > 0 ? this.ask("PUT", address, { posts }) : this.ask("DELETE", address);
  }

  invitations(organisation: number): Promise<InvitationNow[]> {
    return this.ask("GET", `/organisations/${organisation}/invitations`);
  }

  invite(organisation: number, wanted: NewInvitation): Promise<InvitationMade> {
    return this.ask("POST", `/organisations/${organisation}/invitations`, wanted);
  }

  withdrawInvitation(organisation: number, invitation: number): Promise<undefined> {
    return this.ask("DELETE", `/organisations/${organisation}/invitations/${invitation}`);
  }

  tokens(organisation: number): Promise<TokenNow[]> {
    return this.ask("GET", `/organisations/${organisation}/tokens`);
  }

  /** Say how a farm is called and where its day begins. */
  describeFarm(farm: string, text: { name: string | null; time_zone: string | null }): Promise<unknown> {
    return this.ask("PUT", farmAddress(farm), text);
  }

  /** Say how a house is called. */
  nameHouse({ farm, house }: Place, name: string | null): Promise<unknown> {
    return this.ask("PUT", `${farmAddress(farm)}/houses/${encodeURIComponent(house)}`, { name });
  }
}
