/** Short names for the generated types; `npm run types` makes api.d.ts from the cloud's OpenAPI document. */
import type { components } from "./api";

type Schemas = components["schemas"];

export type Box = Schemas["Box"];
export type ClimateNow = Schemas["ClimateNow"];
export type CountNow = Schemas["CountNow"];
export type DeviceNow = Schemas["DeviceNow"];
export type HouseName = Schemas["HouseName"];
export type HouseNow = Schemas["HouseNow"];
export type HousePatch = Schemas["HousePatch"];
export type PartStatus = Schemas["PartStatus"];
/** What is wrong with a part; empty when nothing is. */
export type Cause = NonNullable<PartStatus["cause"]>;
export type PictureNow = Schemas["PictureNow"];
export type Problem = Schemas["Problem"];
export type SeriesAnswer = Schemas["SeriesAnswer"];
export type User = Schemas["User"];
export type WeightDay = Schemas["WeightDay"];
export type WeightHistory = Schemas["WeightHistory"];

/** Which house a page is about. */
export type Place = HouseName;
