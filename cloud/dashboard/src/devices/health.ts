/** How a device itself does, as it is shown: by the keys of contract/quantities.py that are about the device. */
import type { DeviceNow } from "../api/types";
import type { Format } from "../format/format";
import { lookUp } from "../words/names";
import type { DeviceWords } from "./words";

/** Which unit a key's ending stands for. */
const UNITS: [ending: string, unit: keyof DeviceWords["units"]][] = [
  ["_celsius", "celsius"],
  ["_percent", "percent"],
  ["_hours", "hours"],
  ["_dbm", "dbm"],
  ["_s", "seconds"],
];

/** Name and value of each quantity a device told of itself, in the order of the words; what they don't know last. */
export function healthRows(device: DeviceNow, words: DeviceWords, format: Format): [string, string][] {
  const order = Object.keys(words.quantities);
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.entries(device.health)
    .sort(([one], [other]) => place(one) - place(other))
    .map(([key, value]) => [lookUp(words.quantities, key) ?? key, valueText(key, value, words, format)]);
}

function valueText(key: string, value: number, words: DeviceWords, format: Format): string {
  if (key === "clock_trusted_ratio") return value >= 1 ? words.yes : words.no;
  if (key.endsWith("_ratio")) return words.units.percent(format.number(100 * value));
  const [, unit] = UNITS.find(([ending]) => key.endsWith(ending)) ?? [];
  // Half an hour of power or of unsent data is not none.
  const text = format.number(value, unit === "hours" && value < 10 ? 1 : 0);
  return unit === undefined ? text : words.units[unit](text);
}
