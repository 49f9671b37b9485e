import type { HouseNow, HousePatch } from "../api/types";

/** A house with what a patch says put over it: absent members stay as they were, null is news as well. */
export function patched(house: HouseNow, patch: HousePatch): HouseNow {
  return { ...house, ...(patch as Partial<HouseNow>) };
}
