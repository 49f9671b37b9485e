/** What the form for a curve sends. Pure. */
import type { CurveFormula, OwnCurve } from "../api/types";

export const KINDS = ["gompertz", "logistic", "richards"] as const satisfies CurveFormula["kind"][];

/** The form as typed. */
export interface CurveDraft {
  name: string;
  source: string;
  way: "table" | "formula";
  csv: string;
  kind: CurveFormula["kind"];
  asymptote: string;
  rate: string;
  inflection: string;
  shape: string;
}

/** What of a draft can't be right. */
export type Wrong = "name" | "table" | "asymptote" | "rate" | "inflection" | "shape";

export const EMPTY_DRAFT: CurveDraft = {
  name: "",
  source: "",
  way: "table",
  csv: "",
  kind: "gompertz",
  asymptote: "",
  rate: "",
  inflection: "",
  shape: "",
};

const LEAST_LINES = 3;
/** Lighter than any hen: who types kilograms is told so. */
const LIGHTEST_GRAMS = 100;

/** The table or formula of a draft, without its name; or what is wrong with it. */
export function curveOf(draft: CurveDraft, source: string): OwnCurve | Wrong {
  if (draft.way === "table") {
    const lines = draft.csv.split(/\r?\n/).filter((line) => line.trim());
    return lines.length < LEAST_LINES ? "table" : { source, csv: draft.csv };
  }
  const asymptote = within(draft.asymptote, LIGHTEST_GRAMS, 50_000);
  const rate = within(draft.rate, Number.MIN_VALUE, 2);
  const inflection = within(draft.inflection, -200, 1_000);
  const shape = draft.kind === "richards" ? within(draft.shape, Number.MIN_VALUE, 50) : undefined;
  if (asymptote === null) return "asymptote";
  if (rate === null) return "rate";
  if (inflection === null) return "inflection";
  if (shape === null) return "shape";
  const formula = {
    kind: draft.kind,
    asymptote_grams: asymptote,
    rate_per_day: rate,
    inflection_days: inflection,
    ...(shape === undefined ? {} : { shape }),
  };
  return { source, formula };
}

/** A number as people type it, comma or point; null when it is none or lies outside. */
function within(text: string, low: number, high: number): number | null {
  const typed = text.trim().replace(",", ".").replace("−", "-");
  const value = Number(typed);
  return typed !== "" && value >= low && value <= high ? value : null;
}
