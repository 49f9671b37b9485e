import { expect, it } from "vitest";
import { Format } from "../format/format";
import { healthyHouse } from "../testing/houses";
import { healthRows } from "./health";
import { DEVICE_WORDS } from "./words";

const [device] = healthyHouse().devices;
const health = {
  fan_turns: 900,
  uptime_hours: 0.5,
  undervoltage_ratio: 0.02,
  clock_trusted_ratio: 1,
  processor_temperature_celsius: 61.2,
};

it.each([
  [
    "en" as const,
    [
      ["Processor temperature", "61 °C"],
      ["Power supply too weak", "2 %"],
      ["Running since power-on", "0.5 h"],
      ["Clock is right", "yes"],
      ["fan_turns", "900"],
    ],
  ],
  [
    "zh" as const,
    [
      ["处理器温度", "61 °C"],
      ["供电不足", "2%"],
      ["开机时长", "0.5 小时"],
      ["时钟已校准", "是"],
      ["fan_turns", "900"],
    ],
  ],
])("says how a device does, what a newer agent adds last: %s", (language, rows) => {
  const format = new Format(language, "Asia/Shanghai");
  expect(healthRows({ ...device!, health }, DEVICE_WORDS[language], format)).toEqual(rows);
});
