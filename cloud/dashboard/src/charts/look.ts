/** Colours and type of the charts: the page's own, read where the canvas can't inherit them. */
export interface Look {
  ink: string;
  soft: string;
  line: string;
  accent: string;
  /** The accent, thin enough to see through. */
  wash: string;
  /** What is good, as a ground to draw on. */
  goodWash: string;
  good: string;
  warn: string;
  warnWash: string;
  card: string;
  /** For the second and further lines. */
  others: string[];
  font: string;
}

/** Read the look in force at `node`. */
export function lookOf(node: Element): Look {
  const style = getComputedStyle(node);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: colour("--ink"),
    soft: colour("--soft"),
    line: colour("--line"),
    accent: colour("--accent"),
    wash: `${colour("--accent")}33`,
    goodWash: colour("--good-wash"),
    good: colour("--good"),
    warn: colour("--warn"),
    warnWash: colour("--warn-wash"),
    card: colour("--card"),
    others: [colour("--ink"), colour("--soft"), colour("--faint")],
    font: `12px ${style.fontFamily}`,
  };
}
