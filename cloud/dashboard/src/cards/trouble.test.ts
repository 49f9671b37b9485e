import { render } from "svelte/server";
import { describe, expect, it } from "vitest";
import { Format } from "../format/format";
import { judge } from "../judge/findings";
import { healthyHouse, NOW_MS } from "../testing/houses";
import { en } from "../words/en";
import { zh } from "../words/zh";
import DevicesCard from "./DevicesCard.svelte";
import HeadSentence from "./HeadSentence.svelte";

const PROBLEM = "/dev/ttyUSB0 is not there; plug the adapter in";
const DETAIL = `<q lang="en">${PROBLEM}</q>`;
const house = healthyHouse();
house.devices[0]!.parts = [
  { slug: "scale-1", state: "silent", cause: "line_lost", problem: PROBLEM, last_at: null, faults: 1 },
];

describe.each([
  ["en", en],
  ["zh", zh],
] as const)("a lost line in %s", (language, words) => {
  const voice = { words, format: new Format(language, "Asia/Shanghai"), nowMs: NOW_MS };

  it("is the head sentence, with the device's own words as a detail", () => {
    const findings = judge(house, NOW_MS, { state: "live", at: NOW_MS });
    const { body } = render(HeadSentence, { props: { place: house, findings, voice } });
    expect(body).toContain(words.causes.line_lost);
    expect(body).toContain(`${words.technicalDetail} ${DETAIL}`);
  });

  it("is told at the instrument", () => {
    const { body } = render(DevicesCard, { props: { house, voice, knownMs: NOW_MS } });
    expect(body).toContain(words.causes.line_lost);
    expect(body).toContain(DETAIL);
  });

  it("is not told of a device that is gone itself", () => {
    const devices = house.devices.map((device) => ({ ...device, state: "offline" as const }));
    const { body } = render(DevicesCard, { props: { house: { ...house, devices }, voice, knownMs: NOW_MS } });
    expect(body).not.toContain(words.causes.line_lost);
    expect(body).not.toContain(PROBLEM);
  });
});
