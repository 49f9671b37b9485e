/** Short names for the generated types; `npm run types` makes api.d.ts from the cloud's OpenAPI document. */
import type { components } from "./api";

type Schemas = components["schemas"];

/** One open alert, with its words in both languages. */
export type AlertNow = Schemas["AlertNow"];
/** An alert with all that happened to it. */
export type AlertHistory = Schemas["AlertHistory"];
export type AlertHappened = Schemas["AlertHappened"];
export type AlertPage = Schemas["AlertPage"];
/** A flock among those of the same breed and season. */
export type BenchmarkNow = Schemas["BenchmarkNow"];
export type BenchmarkRow = Schemas["BenchmarkRow"];
export type Box = Schemas["Box"];
/** A way to a person, and how it does. */
export type ChannelNow = Schemas["ChannelNow"];
export type ChannelsNow = Schemas["ChannelsNow"];
export type ClimateNow = Schemas["ClimateNow"];
/** A code with which one device enrols. */
export type CodeMade = Schemas["CodeMade"];
/** What a device was told, and what became of it. */
export type CommandNow = Schemas["CommandNow"];
export type CommandCode = CommandNow["code"];
export type CommandReport = Schemas["CommandReport"];
export type CommandWanted = Schemas["CommandWanted"];
export type CountNow = Schemas["CountNow"];
/** How far a message got over one channel. */
export type DeliveryNow = Schemas["DeliveryNow"];
export type DeviceNow = Schemas["DeviceNow"];
/** What a person marked in a picture, and how far it got. */
export type DrawingNow = Schemas["DrawingNow"];
/** What a person writes down in the daily log. */
export type EntryTold =
  | Schemas["MortalityTold"]
  | Schemas["CullsTold"]
  | Schemas["FeedDeliveredTold"]
  | Schemas["FeedEatenTold"]
  | Schemas["WaterTold"]
  | Schemas["MedicationTold"]
  | Schemas["VaccinationTold"]
  | Schemas["NoteTold"];
/** How a farm's people are told, one after the other. */
export type EscalationNow = Schemas["EscalationNow"];
export type Escalating = Schemas["Escalating"];
export type FarmNow = Schemas["FarmNow"];
export type Right = Schemas["Right"];
/** A flock from placement to its end. */
export type FlockRecord = Schemas["FlockRecord"];
export type FlockEventNow = Schemas["FlockEventNow"];
export type Placing = Schemas["Placing"];
/** What became of birds of a flock. */
export type EventTold =
  Schemas["ThinnedTold"] | Schemas["TransferredTold"] | Schemas["HarvestedTold"] | Schemas["ClosedTold"];
export type Thresholds = Schemas["Thresholds"];
export type RuleNow = Schemas["RuleNow"];
export type HouseSettings = Schemas["HouseSettings"];
export type ReplayAnswer = Schemas["ReplayAnswer"];
/** A photo of a dropping, and what the network said of it. */
export type DroppingsCheck = Schemas["DroppingsCheckNow"];
export type PictureTaken = Schemas["PictureTaken"];
export type EnrolledDevice = Schemas["EnrolledDevice"];
export type Decision = Schemas["Decision"];
export type PersonNow = Schemas["PersonNow"];
export type InvitationNow = Schemas["InvitationNow"];
/** A machine's key, without its secret. */
export type TokenNow = Schemas["TokenNow"];
export type InvitationMade = Schemas["InvitationMade"];
export type NewInvitation = Schemas["NewInvitation"];
export type Post = Schemas["Post"];
export type Role = Schemas["Role"];
export type Notifying = Schemas["Notifying"];
export type FindingNow = Schemas["FindingNow"];
export type FindingKind = FindingNow["kind"];
export type Reason = FindingNow["reasons"][number];
export type HouseCount = Schemas["HouseCount"];
export type Departure = Schemas["Departure"];
export type InvitationSeen = Schemas["InvitationSeen"];
export type WaysIn = Schemas["WaysIn"];
export type HouseName = Schemas["HouseName"];
export type HouseNow = Schemas["HouseNow"];
export type HousePatch = Schemas["HousePatch"];
/** A way that can be added. */
export type KindNow = Schemas["KindNow"];
export type LogEntryNow = Schemas["LogEntryNow"];
export type LogPage = Schemas["LogPage"];
export type Marks = Schemas["Marks"];
/** A message to a person, and how far it got. */
export type NotificationNow = Schemas["NotificationNow"];
/** All houses in short. */
export type Overview = Schemas["Overview"];
export type OverviewHouse = Schemas["OverviewHouse"];
export type PartStatus = Schemas["PartStatus"];
/** What is wrong with a part; empty when nothing is. */
export type Cause = NonNullable<PartStatus["cause"]>;
export type PictureNow = Schemas["PictureNow"];
export type Problem = Schemas["Problem"];
export type ResultCode = DrawingNow["code"];
/** A report as it is read: the same figures as in its files. */
export type ReportNow = Schemas["ReportNow"];
export type RollCallNow = Schemas["RollCallNow"];
export type SeriesAnswer = Schemas["SeriesAnswer"];
/** What should be in a house, by what people wrote down. */
export type StockNow = Schemas["StockNow"];
export type User = Schemas["User"];
export type ViewNow = Schemas["ViewNow"];
/** What a person said of a finding or a picture, and how far it got. */
export type VerdictNow = Schemas["VerdictNow"];
/** What can be said of a finding. */
export type Judgement = Schemas["Judgement"]["answer"];
export type WellnessNow = Schemas["WellnessNow"];
/** What a person weighed by hand, as the page sends it. */
export type HandWeighing = Schemas["HandWeighing"];
/** Who went out through a house's gates and came back. */
export type GatesAnswer = Schemas["GatesAnswer"];
export type HandWeighed = Schemas["HandWeighed"];
/** A growth curve of a farm's own or of a breeder. */
export type CurveNow = Schemas["CurveNow"];
export type CurvePoint = Schemas["CurvePoint"];
export type CurveFormula = Schemas["CurveFormula"];
/** A curve as it is handed in: a table or a formula. */
export type OwnCurve = Schemas["OwnCurve"];
export type WeightDay = Schemas["WeightDay"];
export type WeightHistory = Schemas["WeightHistory"];

/** Which house a page is about. */
export type Place = Pick<HouseName, "farm" | "house">;
