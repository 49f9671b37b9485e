/** Short names for the generated types; `npm run types` makes api.d.ts from the cloud's OpenAPI document. */
import type { components } from "./api";

type Schemas = components["schemas"];

export type Box = Schemas["Box"];
export type ClimateNow = Schemas["ClimateNow"];
export type CountNow = Schemas["CountNow"];
export type DeviceNow = Schemas["DeviceNow"];
/** What a person marked in a picture, and how far it got. */
export type DrawingNow = Schemas["DrawingNow"];
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
export type Marks = Schemas["Marks"];
export type PartStatus = Schemas["PartStatus"];
/** What is wrong with a part; empty when nothing is. */
export type Cause = NonNullable<PartStatus["cause"]>;
export type PictureNow = Schemas["PictureNow"];
export type Problem = Schemas["Problem"];
export type ResultCode = DrawingNow["code"];
export type RollCallNow = Schemas["RollCallNow"];
export type SeriesAnswer = Schemas["SeriesAnswer"];
export type User = Schemas["User"];
export type ViewNow = Schemas["ViewNow"];
/** What a person said of a finding or a picture, and how far it got. */
export type VerdictNow = Schemas["VerdictNow"];
/** What can be said of a finding. */
export type Judgement = Schemas["Judgement"]["answer"];
export type WellnessNow = Schemas["WellnessNow"];
/** What a person weighed by hand, as the page sends it. */
export type HandWeighing = Schemas["HandWeighing"];
export type HandWeighed = Schemas["HandWeighed"];
export type WeightDay = Schemas["WeightDay"];
export type WeightHistory = Schemas["WeightHistory"];

/** Which house a page is about. */
export type Place = Pick<HouseName, "farm" | "house">;
