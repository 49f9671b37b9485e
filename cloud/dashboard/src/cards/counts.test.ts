import { render } from "svelte/server";
import { describe, expect, it } from "vitest";
import type { CountNow } from "../api/types";
import { Format } from "../format/format";
import { healthyHouse, NOW_MS, rollCall, verdict } from "../testing/houses";
import { en } from "../words/en";
import { zh } from "../words/zh";
import CountRow from "./CountRow.svelte";
import { LOWER_WORDS } from "./lowerWords";
import RollCallCard from "./RollCallCard.svelte";

const [COUNT] = healthyHouse().counts;
if (!COUNT) throw new Error("the healthy house has a camera");

describe.each([
  ["en", en],
  ["zh", zh],
] as const)("a camera's count in %s", (language, words) => {
  const voice = { words, format: new Format(language, "Asia/Shanghai"), nowMs: NOW_MS };
  const said = LOWER_WORDS[language];
  const shown = (changes: Partial<CountNow>) =>
    render(CountRow, { props: { row: { ...COUNT, ...changes }, voice } }).body;

  it("says what is seen, how surely and where", () => {
    const body = shown({ by_zone: { feeder: 34 }, confidence: 0.2 });
    expect(body).toContain(said.sees("212", "203", "221"));
    expect(body).toContain(words.sureness.unsure);
    expect(body).toContain(words.nouns.feeder);
    expect(body).not.toContain(said.countsAs("212", "1.00"));
  });

  it("never hides a correction", () => {
    const body = shown({ factor: 1.05, share_birds: 223 });
    expect(body).toContain(said.sees("212", "203", "221"));
    expect(body).toContain(said.countsAs("223", "1.05"));
  });

  it("says that a part is counted by another camera", () => {
    expect(shown({ share_birds: 150 })).toContain(said.sharesOnly("150"));
  });

  it("shows the cause and no number while the count is withheld", () => {
    const body = shown({ withheld: "picture_dark" });
    expect(body).toContain(words.causes.picture_dark);
    expect(body).not.toContain("212");
  });

  it("tells what became of a count by hand, with the device's own words when it refused", () => {
    const by_hand = verdict({ answer: "count", birds: 230, state: "refused", detail: "picture too old" });
    const body = shown({ by_hand });
    expect(body).toContain(said.youCounted("230", "15:59"));
    expect(body).toContain(said.countStates.refused);
    expect(body).toContain("picture too old");
  });

  it("is calm about a roll call that is no alarm", () => {
    const line = (changes: object) =>
      render(RollCallCard, { props: { call: rollCall({ alarm: false, ...changes }), voice } }).body;
    expect(line({})).toContain(words.rollCall("31", "480", "16:20"));
    expect(line({ outside_birds: 0 })).toContain(words.allBack("16:20"));
    expect(line({ drift_birds: 4 })).toContain(words.drift("4"));
  });
});
