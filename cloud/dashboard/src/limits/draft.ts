/** Changing a rule's limits: what is typed, whether it can be right, and what is sent. Pure. */
import type { HouseSettings, RuleNow } from "../api/types";

export const STEPS = ["watch", "warning", "severe"] as const;
export type Step = (typeof STEPS)[number];

/** A rule's limits as typed; an empty step does not ring. */
export interface LimitDraft {
  enabled: boolean;
  steps: Record<Step, string>;
  hold: string;
}

export function draftOf(rule: RuleNow): LimitDraft {
  const text = (value: number | null) => (value === null ? "" : String(value));
  return {
    enabled: rule.enabled,
    steps: {
      watch: text(rule.limits.watch),
      warning: text(rule.limits.warning),
      severe: text(rule.limits.severe),
    },
    hold: String(rule.hold_min),
  };
}

type OwnLimits = NonNullable<HouseSettings["rules"]>[string];

/** What a draft asks for; null where it can't be right. */
export function limitsOf(rule: RuleNow, draft: LimitDraft): OwnLimits | null {
  const hold = numberOf(draft.hold);
  if (hold === undefined || hold === null || hold < 0) return null;
  const limits = STEPS.map((step) => numberOf(draft.steps[step]));
  if (limits.some((value) => value === undefined)) return null;
  const known = limits.filter((value) => typeof value === "number");
  if (known.some((value) => value < rule.low || value > rule.high)) return null;
  const worse = (a: number, b: number) => (rule.side === "above" ? b >= a : b <= a);
  if (known.some((value, index) => index > 0 && !worse(known[index - 1] ?? value, value))) return null;
  const [watch = null, warning = null, severe = null] = limits;
  return { enabled: draft.enabled, watch, warning, severe, hold_min: hold };
}

/** All of a house's own settings with one rule's replaced; null: that rule as shipped again. */
export function settingsWith(settings: HouseSettings, rule: string, limits: OwnLimits | null): HouseSettings {
  const { [rule]: _, ...others } = settings.rules ?? {};
  return { ...settings, rules: limits === null ? others : { ...others, [rule]: limits } };
}

/** null: nothing was typed; undefined: no number. */
function numberOf(text: string): number | null | undefined {
  const plain = text.trim().replace(",", ".").replace("\u2212", "-");
  if (plain === "") return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}
