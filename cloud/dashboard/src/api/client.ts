import { People } from "./rooms/people";

export type { Account } from "./rooms/door";
export type { FlockName, ReportWish } from "./rooms/flocks";
export type { SeriesQuery } from "./rooms/looking";

/**
 * The cloud's HTTP interface, one method per question. Methods raise NoAnswer or Refused.
 *
 * Each room holds the questions of one thought and builds on the one before:
 * asking, door, looking, telling, alerts, notifying, flocks, devices, people.
 */
export class Client extends People {}
