import { ROOT, commandsAddress, entryAddress, eventAddress, farmAddress, houseAddress } from "./addresses";
import { Asking } from "./asking";
import type {
  AlertHistory,
  AlertNow,
  AlertPage,
  BenchmarkNow,
  ChannelNow,
  ChannelsNow,
  CodeMade,
  CommandNow,
  CommandReport,
  CommandWanted,
  CountNow,
  CurveNow,
  CurvePoint,
  Decision,
  Departure,
  DrawingNow,
  DroppingsCheck,
  EnrolledDevice,
  EntryTold,
  Escalating,
  EscalationNow,
  EventTold,
  FarmNow,
  FindingNow,
  FlockRecord,
  GatesAnswer,
  HandWeighed,
  HandWeighing,
  HouseName,
  HouseNow,
  HouseSettings,
  InvitationMade,
  InvitationNow,
  InvitationSeen,
  Judgement,
  LogEntryNow,
  LogPage,
  Marks,
  NewInvitation,
  NotificationNow,
  Notifying,
  Overview,
  OwnCurve,
  PersonNow,
  PictureNow,
  PictureTaken,
  Place,
  Placing,
  Post,
  ReplayAnswer,
  SeriesAnswer,
  Thresholds,
  User,
  VerdictNow,
  WaysIn,
  WeightHistory,
} from "./types";

/** An account to make; `organisation` names the one it founds, when the service is set up. */
export interface Account {
  name: string;
  password: string;
  organisation: string;
}

/** Which series, over which span, in at most how many points (300); without a source the one that spoke last. */
export interface SeriesQuery {
  quantity: string;
  device?: string;
  source?: string;
  from: Date;
  to: Date;
  points?: number;
}

/** A flock by its address. */
export interface FlockName {
  farm: string;
  flock: string;
}

/** Which report, in which form; of several flocks there is one kind only, side by side. */
export interface ReportWish {
  form: "pdf" | "xlsx" | "csv";
  kind: "day" | "week" | "flock";
  language: "en" | "zh";
  units: "si" | "jin" | "us";
}

/** The cloud's HTTP interface, one method per question. Methods raise NoAnswer or Refused. */
export class Client extends Asking {
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

  /** All houses in short. */
  overview(): Promise<Overview> {
    return this.askedAlready("/overview");
  }

  house(place: Place): Promise<HouseNow> {
    return this.askedAlready(houseAddress(place));
  }

  /** The days of a flock; of the one that lives there unless another is named. */
  weights(place: Place, flock?: string): Promise<WeightHistory> {
    const which = flock === undefined ? "" : `?flock=${encodeURIComponent(flock)}`;
    return this.ask("GET", `${houseAddress(place)}/weights${which}`);
  }

  series(place: Place, query: SeriesQuery): Promise<SeriesAnswer> {
    const words = new URLSearchParams({
      quantity: query.quantity,
      ...(query.device ? { device: query.device } : {}),
      ...(query.source ? { source: query.source } : {}),
      from: query.from.toISOString(),
      to: query.to.toISOString(),
      points: String(query.points ?? 300),
    });
    return this.ask("GET", `${houseAddress(place)}/series?${words}`);
  }

  /** Who went out through the gates of a house and came back. */
  gates(place: Place, from: Date, to: Date): Promise<GatesAnswer> {
    const words = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
    return this.ask("GET", `${houseAddress(place)}/gates?${words}`);
  }

  /** Say that one has seen an alert and looks after it; said again, it changes nothing. */
  acknowledge(place: Place, { alert }: Pick<AlertNow, "alert">): Promise<AlertNow> {
    return this.ask("POST", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/acknowledge`);
  }

  /** Put an alert off until then (RFC 3339); null takes that back. */
  snooze(place: Place, { alert }: Pick<AlertNow, "alert">, until: string | null): Promise<AlertNow> {
    const address = `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/snooze`;
    return until === null ? this.ask("DELETE", address) : this.ask("POST", address, { until });
  }

  /** Say who looks after an alert; null: nobody in particular. */
  assign(place: Place, { alert }: Pick<AlertNow, "alert">, to: string | null): Promise<AlertNow> {
    return this.ask("PUT", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/assignment`, { to });
  }

  /** One alert with all that happened to it. */
  alertHistory(place: Place, alert: string): Promise<AlertHistory> {
    return this.ask("GET", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}`);
  }

  /** Alerts of a house that are over, the newest first; `after` is `next` of the page before. */
  pastAlerts(place: Place, after: string | null): Promise<AlertPage> {
    const more = after ? `&after=${encodeURIComponent(after)}` : "";
    return this.ask("GET", `${houseAddress(place)}/alerts?state=resolved&limit=20${more}`);
  }

  /** One's farms, and what one may do on each. */
  farms(): Promise<FarmNow[]> {
    return this.ask("GET", "/farms");
  }

  /** Who is told after whom on a farm. */
  escalation(farm: string): Promise<EscalationNow> {
    return this.ask("GET", `${farmAddress(farm)}/escalation`);
  }

  /** The house's limits. */
  thresholds(place: Place): Promise<Thresholds> {
    return this.ask("GET", `${houseAddress(place)}/thresholds`);
  }

  /** Set all limits at once; a rule that is left out is as shipped again. Refused when somebody was quicker. */
  changeThresholds(place: Place, settings: HouseSettings, version: number): Promise<Thresholds> {
    return this.ask("PUT", `${houseAddress(place)}/thresholds`, settings, `"${version}"`);
  }

  /** What would have rung on the past `days` with these limits. */
  replay(place: Place, settings: HouseSettings, rules: string[], days: number): Promise<ReplayAnswer> {
    return this.ask("POST", `${houseAddress(place)}/thresholds/replay`, { settings, rules, days });
  }

  /** Place a flock, or correct what was told of it: then `version` is the one that was read. */
  placeFlock(place: Place, flock: string, told: Placing, version?: number): Promise<FlockRecord> {
    const address = `${houseAddress(place)}/flocks/${encodeURIComponent(flock)}`;
    return this.ask("PUT", address, told, version === undefined ? undefined : `"${version}"`);
  }

  /** Tell what became of birds of a flock; the same id again changes nothing. */
  tellOfFlock(place: Place, flock: string, event: string, told: EventTold): Promise<FlockRecord> {
    return this.ask("PUT", eventAddress(place, flock, event), told);
  }

  /** Take back what was told. */
  takeBackEvent(place: Place, flock: string, event: string): Promise<FlockRecord> {
    return this.ask("DELETE", eventAddress(place, flock, event));
  }

  /** What flocks of a farm can be held against: its own curves first. */
  curves(farm: string): Promise<CurveNow[]> {
    return this.ask("GET", `${farmAddress(farm)}/curves`);
  }

  /** The curve that a table or a formula makes; nothing is kept. */
  previewCurve(farm: string, told: OwnCurve): Promise<CurvePoint[]> {
    return this.ask("POST", `${farmAddress(farm)}/curves/preview`, told);
  }

  /** Keep a farm's own curve; it takes the place of an earlier one of the name. */
  keepCurve(farm: string, name: string, told: OwnCurve): Promise<CurveNow> {
    return this.ask("PUT", `${farmAddress(farm)}/curves/${encodeURIComponent(name)}`, told);
  }

  forgetCurve(farm: string, name: string): Promise<undefined> {
    return this.ask("DELETE", `${farmAddress(farm)}/curves/${encodeURIComponent(name)}`);
  }

  /** The last day's pictures, the newest first. */
  picturesOfDay(place: Place): Promise<PictureTaken[]> {
    return this.ask("GET", `${houseAddress(place)}/pictures?at_most=24`);
  }

  /** One picture with its boxes; `url` is the picture's own. */
  pictureFacts(url: string): Promise<PictureNow> {
    return this.ask("GET", url.replace(ROOT, "").replace(/\.jpg$/, ""));
  }

  /** Have a photo of a dropping looked at; the same id and photo again change nothing. */
  checkDroppings(place: Place, check: string, photo: Blob): Promise<DroppingsCheck> {
    return this.ask("PUT", `${houseAddress(place)}/droppings/${encodeURIComponent(check)}`, photo);
  }

  droppingsChecks(place: Place): Promise<DroppingsCheck[]> {
    return this.ask("GET", `${houseAddress(place)}/droppings`);
  }

  /** Devices that were ever heard of on a farm; those that wait come first. */
  enrolled(farm: string): Promise<EnrolledDevice[]> {
    return this.ask("GET", `${farmAddress(farm)}/devices`);
  }

  /** Let a device speak, or no longer. */
  decide(farm: string, { house, device }: EnrolledDevice, state: Decision["state"]): Promise<Decision> {
    const address = `${farmAddress(farm)}/devices/${encodeURIComponent(house)}`;
    return this.ask("PUT", `${address}/${encodeURIComponent(device)}`, { state });
  }

  /** A code with which one device enrols, once; a code that was made before for it is void. */
  makeCode(farm: string, house: string, device: string): Promise<CodeMade> {
    const address = `${farmAddress(farm)}/devices/${encodeURIComponent(house)}`;
    return this.ask("POST", `${address}/${encodeURIComponent(device)}/code`);
  }

  /** Have a camera take a picture now. */
  takePicture(place: Place, { device, camera }: Pick<PictureNow, "device" | "camera">): Promise<CommandNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/picture`;
    return this.ask("POST", address, { device });
  }

  /** Tell a device to do something; the same again, while it is on its way, is the same command. */
  tellDevice(place: Place, device: string, wanted: CommandWanted): Promise<CommandNow> {
    return this.ask("POST", commandsAddress(place, device), wanted);
  }

  /** A command with what it asked for. */
  commandReport(place: Place, device: string, command: string): Promise<CommandReport> {
    return this.ask("GET", `${commandsAddress(place, device)}/${encodeURIComponent(command)}`);
  }

  /** Versions of the edge agent that devices can be told to take. */
  versions(): Promise<string[]> {
    return this.ask("GET", "/updates");
  }

  /** A report as a file: about one flock, or about several side by side. */
  reportFile(flocks: FlockName[], { form, kind, language, units }: ReportWish): Promise<File> {
    const words = new URLSearchParams({ language, units });
    // A spreadsheet on Windows takes a CSV without the mark for its own old encoding.
    if (form === "csv") words.set("bom", "true");
    const [first] = flocks;
    if (first && flocks.length === 1) {
      words.set("kind", kind);
      const address = `${farmAddress(first.farm)}/flocks/${encodeURIComponent(first.flock)}`;
      return this.file(`${address}/report.${form}?${words}`);
    }
    for (const { farm, flock } of flocks) words.append("flock", `${farm}/${flock}`);
    return this.file(`/comparison.${form}?${words}`);
  }

  /** Send the same, as PDF and XLSX, to one's own mailboxes; each gets it in its language. */
  mailReport(flocks: FlockName[], { kind, units }: Pick<ReportWish, "kind" | "units">): Promise<unknown> {
    const formats = ["pdf", "xlsx"];
    const [first] = flocks;
    if (first && flocks.length === 1) {
      const address = `${farmAddress(first.farm)}/flocks/${encodeURIComponent(first.flock)}`;
      return this.ask("POST", `${address}/report/mail`, { kind, units, formats });
    }
    const named = flocks.map(({ farm, flock }) => `${farm}/${flock}`);
    return this.ask("POST", "/comparison/mail", { flocks: named, units, formats });
  }

  /** Where a flock stands among others; without rows when too little is known. */
  benchmark({ farm, flock }: FlockName): Promise<BenchmarkNow> {
    return this.ask("GET", `${farmAddress(farm)}/flocks/${encodeURIComponent(flock)}/benchmark`);
  }

  /** Let a farm's flocks be counted among others' without a name, or no longer. */
  takePart(farm: string, takingPart: boolean): Promise<unknown> {
    return this.ask("PUT", `${farmAddress(farm)}/benchmarking`, { taking_part: takingPart });
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

  /** Say how a farm is called and where its day begins. */
  describeFarm(farm: string, text: { name: string | null; time_zone: string | null }): Promise<unknown> {
    return this.ask("PUT", farmAddress(farm), text);
  }

  /** Say how a house is called. */
  nameHouse({ farm, house }: Place, name: string | null): Promise<unknown> {
    return this.ask("PUT", `${farmAddress(farm)}/houses/${encodeURIComponent(house)}`, { name });
  }

  /** The group chats of a farm. */
  farmChannels(farm: string): Promise<ChannelsNow> {
    return this.ask("GET", `${farmAddress(farm)}/channels`);
  }

  addFarmChannel(farm: string, address: string, label: string): Promise<ChannelNow> {
    return this.ask("POST", `${farmAddress(farm)}/channels`, { address, label });
  }

  removeFarmChannel(farm: string, channel: number): Promise<undefined> {
    return this.ask("DELETE", `${farmAddress(farm)}/channels/${channel}`);
  }

  testFarmChannel(farm: string, channel: number): Promise<NotificationNow> {
    return this.ask("POST", `${farmAddress(farm)}/channels/${channel}/test`);
  }

  /** What people were told about a farm lately. */
  farmNotifications(farm: string): Promise<NotificationNow[]> {
    return this.ask("GET", `${farmAddress(farm)}/notifications`);
  }

  notifying(): Promise<Notifying> {
    return this.ask("GET", "/me/notifying");
  }

  setNotifying(wanted: Notifying): Promise<Notifying> {
    return this.ask("PUT", "/me/notifying", wanted);
  }

  setEscalation(farm: string, wanted: Escalating): Promise<EscalationNow> {
    return this.ask("PUT", `${farmAddress(farm)}/escalation`, wanted);
  }

  /** The flocks of a house, with all that became of them. */
  flocks(place: Place): Promise<FlockRecord[]> {
    return this.ask("GET", `${houseAddress(place)}/flocks`);
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
}
