import { ApiError, NoAnswer, Refused } from "./errors";
import type {
  AlertNow,
  ChannelNow,
  ChannelsNow,
  CountNow,
  Departure,
  DrawingNow,
  EntryTold,
  FindingNow,
  HandWeighed,
  HandWeighing,
  HouseName,
  HouseNow,
  InvitationSeen,
  Judgement,
  LogEntryNow,
  LogPage,
  Marks,
  NotificationNow,
  PictureNow,
  Place,
  Problem,
  SeriesAnswer,
  User,
  VerdictNow,
  WaysIn,
  WeightHistory,
} from "./types";

const ROOT = "/api/v1";
/** One bar of reception is slow but alive; past this the page says that there is no answer. */
const TIMEOUT_MS = 15_000;

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

/** An account to make; `organisation` names the one it founds, when the service is set up. */
export interface Account {
  name: string;
  password: string;
  organisation: string;
}

/** Which series, over which span, in at most how many points (300). */
export interface SeriesQuery {
  quantity: string;
  device: string;
  source: string;
  from: Date;
  to: Date;
  points?: number;
}

/** The cloud's HTTP interface, one method per question. Methods raise NoAnswer or Refused. */
export class Client {
  constructor(
    private readonly fetch: Fetch = (address, init) => globalThis.fetch(address, init),
    /** The language that refusals are asked for in. */
    private readonly language: () => string = () => "en",
  ) {}

  session(): Promise<User> {
    return this.ask("GET", "/session");
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

  houses(): Promise<HouseName[]> {
    return this.ask("GET", "/houses");
  }

  house(place: Place): Promise<HouseNow> {
    return this.ask("GET", houseAddress(place));
  }

  weights(place: Place): Promise<WeightHistory> {
    return this.ask("GET", `${houseAddress(place)}/weights`);
  }

  series(place: Place, query: SeriesQuery): Promise<SeriesAnswer> {
    const words = new URLSearchParams({
      quantity: query.quantity,
      device: query.device,
      source: query.source,
      from: query.from.toISOString(),
      to: query.to.toISOString(),
      points: String(query.points ?? 300),
    });
    return this.ask("GET", `${houseAddress(place)}/series?${words}`);
  }

  /** Say that one has seen an alert and looks after it; said again, it changes nothing. */
  acknowledge(place: Place, { alert }: Pick<AlertNow, "alert">): Promise<AlertNow> {
    return this.ask("POST", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/acknowledge`);
  }

  /** Say whether a finding was right; said again, it changes nothing. */
  judge(
    place: Place,
    { device, finding }: Pick<FindingNow, "device" | "finding">,
    answer: Judgement,
  ): Promise<VerdictNow> {
    const address = `${houseAddress(place)}/findings/${encodeURIComponent(device)}/${encodeURIComponent(finding)}`;
    return this.ask("POST", `${address}/verdict`, { answer });
  }

  /** Say how many birds are in the picture a camera took at `aboutAt` (RFC 3339). */
  countByHand(
    place: Place,
    { device, camera }: Pick<CountNow, "device" | "camera">,
    birds: number,
    aboutAt: string,
  ): Promise<VerdictNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/count`;
    return this.ask("POST", address, { birds, about_at: aboutAt, device });
  }

  /** Mark floor, zones and gates in a camera's picture; null takes back what was drawn before. */
  draw(
    place: Place,
    { device, camera, at, size_wh }: Pick<PictureNow, "device" | "camera" | "at" | "size_wh">,
    marks: Marks | null,
  ): Promise<DrawingNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/marks`;
    return this.ask("POST", address, { marks, picture_at: at, size_wh, device });
  }

  channels(): Promise<ChannelsNow> {
    return this.ask("GET", "/me/channels");
  }

  addChannel(address: string, label: string): Promise<ChannelNow> {
    return this.ask("POST", "/me/channels", { address, label });
  }

  /** Make a browser's push subscription a channel. */
  addPush(subscription: PushSubscriptionJSON, label: string): Promise<ChannelNow> {
    return this.ask("POST", "/me/push", { ...subscription, label });
  }

  removeChannel(channel: number): Promise<undefined> {
    return this.ask("DELETE", `/me/channels/${channel}`);
  }

  /** Send a real message over a channel. */
  testChannel(channel: number): Promise<NotificationNow> {
    return this.ask("POST", `/me/channels/${channel}/test`);
  }

  /** What this person was told lately, and how far it got. */
  notifications(): Promise<NotificationNow[]> {
    return this.ask("GET", "/me/notifications");
  }

  /** Tell what birds weighed by hand; told again, it changes nothing. */
  weighByHand(place: Place, weighing: HandWeighing): Promise<HandWeighed> {
    return this.ask("POST", `${houseAddress(place)}/hand-weighings`, weighing);
  }

  /** Take a weighing by hand back. */
  takeBackWeighing(place: Place, { weighing }: Pick<HandWeighed, "weighing">): Promise<undefined> {
    return this.ask("DELETE", `${houseAddress(place)}/hand-weighings/${encodeURIComponent(weighing)}`);
  }

  /** The newest days of the daily log. */
  log(place: Place, days: number): Promise<LogPage> {
    return this.ask("GET", `${houseAddress(place)}/log?limit=${days}`);
  }

  /** Write into the daily log; the same id again changes nothing. */
  writeEntry(place: Place, entry: string, told: EntryTold): Promise<LogEntryNow> {
    return this.ask("PUT", entryAddress(place, entry), told);
  }

  /** Add the photo (JPEG) of an entry; the same again changes nothing. */
  addPhoto(place: Place, entry: string, photo: Blob): Promise<LogEntryNow> {
    return this.ask("PUT", `${entryAddress(place, entry)}/photo`, photo);
  }

  /** Take an entry back; it stays readable. */
  takeBack(place: Place, entry: string): Promise<LogEntryNow> {
    return this.ask("DELETE", entryAddress(place, entry));
  }

  private async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    // AbortSignal.timeout() is younger than some of the phones.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
    try {
      const response = await this.fetch(ROOT + path, {
        ...request(method, body, this.language()),
        signal: patience.signal,
      });
      if (!response.ok) throw await refusal(response);
      return (response.status === 204 ? undefined : await response.json()) as Answer;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      // Away, too slow, cut off half-way, or a hotel's sign-in page in the cloud's place.
      throw new NoAnswer(`${path}: no answer that can be read`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Where the live stream of a house is; it begins after the event `since`, or with the whole house. */
export function liveAddress(place: Place, since: string): string {
  const address = `${ROOT}${houseAddress(place)}/live`;
  return since ? `${address}?since=${encodeURIComponent(since)}` : address;
}

function houseAddress({ farm, house }: Place): string {
  return `/houses/${encodeURIComponent(farm)}/${encodeURIComponent(house)}`;
}

function entryAddress(place: Place, entry: string): string {
  return `${houseAddress(place)}/log/${encodeURIComponent(entry)}`;
}

function request(method: string, body: unknown, language: string): RequestInit {
  const headers = { "Accept-Language": language };
  if (body === undefined) return { method, headers };
  if (body instanceof Blob) return { method, headers: { ...headers, "Content-Type": "image/jpeg" }, body };
  return { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function refusal(response: Response): Promise<Refused | NoAnswer> {
  // A gateway without a cloud behind it is no word of the cloud's.
  if ([502, 503, 504].includes(response.status)) return new NoAnswer(`gateway answered ${response.status}`);
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new Refused(response.status, problem.code ?? "", problem.detail ?? "");
}
