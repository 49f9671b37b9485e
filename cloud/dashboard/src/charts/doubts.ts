/** Stretches that a device itself does not believe: tinted on a chart, and said in words beside it. */
import type uPlot from "uplot";
import type { SeriesAnswer } from "../api/types";
import type { Format } from "../format/format";
import type { Words } from "../words/en";
import { displayName } from "../words/names";
import type { Look } from "./look";

/** One stretch of one source; both ends belong to it. */
export interface Doubted {
  device: string;
  source: string;
  fromS: number;
  toS: number;
  why: SeriesAnswer["doubtful"][number]["why"];
}

/** More of them in one sentence would not be read. */
const TOLD_MOST = 3;
/** A single value that jumped is a hair's breadth; it must be seen all the same. */
const WIDTH_LEAST_PX = 3;

/** The stretches of several series, oldest first. */
export function doubtsOf(answers: SeriesAnswer[]): Doubted[] {
  return answers
    .flatMap(({ device, source, doubtful }) =>
      // What a phone saved before there were doubts has none.
      (doubtful ?? []).map((one) => ({
        device,
        source,
        fromS: one.from_ms / 1000,
        toS: one.to_ms / 1000,
        why: one.why,
      })),
    )
    .sort((a, b) => a.fromS - b.fromS);
}

/** Why a value of a source, or any of a span of it, is not to be believed; null when it is. */
export function doubtAt(
  doubts: Doubted[],
  of: Pick<Doubted, "device" | "source">,
  fromS: number,
  toS = fromS,
): Doubted["why"] | null {
  const found = doubts.find(
    (one) => one.device === of.device && one.source === of.source && one.fromS <= toS && one.toS >= fromS,
  );
  return found?.why ?? null;
}

/** A sentence about the newest of them; empty without any. */
export function doubtNote(doubts: Doubted[], words: Words, format: Format, nowMs: number): string {
  if (doubts.length === 0) return "";
  const several = new Set(doubts.map(({ device, source }) => `${device}/${source}`)).size > 1;
  const told = doubts.slice(-TOLD_MOST).map(({ source, fromS, toS, why }) => {
    const [from, to] = [fromS, toS].map((at) => format.moment(at * 1000, nowMs)) as [string, string];
    const span = words.doubtSpan(words.doubts[why], from, to);
    return several ? displayName(source, words) + words.colon + span : span;
  });
  const more = doubts.length > TOLD_MOST ? [words.andMore(format.number(doubts.length - TOLD_MOST))] : [];
  return words.doubted([...told, ...more].join(words.listGap));
}

/** Tint the stretches, with the reason where there is room for it. */
export function drawDoubts(plot: uPlot, look: Look, doubts: Doubted[], reasons: Words["doubts"]): void {
  const { ctx, bbox } = plot;
  const px = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = look.font.replace("12px", `${11 * px}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  for (const { fromS, toS, why } of doubts) {
    const [left, right] = [plot.valToPos(fromS, "x", true), plot.valToPos(toS, "x", true)];
    const width = Math.max(right - left, WIDTH_LEAST_PX * px);
    ctx.fillStyle = look.warnWash;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    const text = reasons[why];
    ctx.fillStyle = look.warn;
    const from = Math.max(left, bbox.left) + 4 * px;
    if (from + ctx.measureText(text).width < Math.min(left + width, bbox.left + bbox.width)) {
      ctx.fillText(text, from, bbox.top + 3 * px);
    }
  }
  ctx.restore();
}
