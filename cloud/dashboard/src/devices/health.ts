/** How a device itself does, as it is shown: by the keys of contract/quantities.py that are about the device. */
import type { DeviceNow } from "../api/types";
import type { Format } from "../format/format";
import type { Words } from "../words/en";
import { lookUp } from "../words/names";
import type { DeviceWords } from "./words";

/** What stands after a number whose key ends so. */
const UNITS: [ending: string, unit: string][] = [
  ["_celsius", "°C"],
  ["_percent", "%"],
  ["_hours", "h"],
  ["_dbm", "dBm"],
  ["_s", "s"],
];

/** Name and value of each quantity a device told of itself, in the order of the words; what they don't know last. */
export function healthRows(
  device: DeviceNow,
  words: DeviceWords,
  all: Words,
  format: Format,
): [string, string][] {
  const order = Object.keys(words.quantities);
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.entries(device.health)
    .sort(([one], [other]) => place(one) - place(other))
    .map(([key, value]) => [lookUp(words.quantities, key) ?? key, valueText(key, value, words, all, format)]);
}

function valueText(key: string, value: number, words: DeviceWords, all: Words, format: Format): string {
  if (key === "clock_trusted_ratio") return value >= 1 ? words.yes : words.no;
  if (key.endsWith("_ratio")) return all.percent(format.number(100 * value, 0));
  const [ending, unit] = UNITS.find(([end]) => key.endsWith(end)) ?? ["", ""];
  // Half an hour of power or of unsent data is not none.
  const decimals = ending === "_hours" && value < 10 ? 1 : 0;
  return unit === "%"
    ? all.percent(format.number(value, decimals))
    : `${format.number(value, decimals)} ${unit}`.trim();
}
