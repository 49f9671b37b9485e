import type { Language } from "../words/language";
import { GRAM, JIN, KILOGRAM, METRIC, POUND, toFahrenheit, type MassUnit, type Units } from "./units";

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };

// Making an Intl formatter costs a slow phone more than using it a thousand times: they are made once.
const dates = new Map<string, Intl.DateTimeFormat>();

/** Numbers, weights, dates and times as one language writes them, in the house's time zone. */
export class Format {
  private readonly locale: string;

  constructor(
    readonly language: Language,
    readonly timeZone?: string,
    readonly units: Units = METRIC,
  ) {
    this.locale = LOCALES[language];
  }

  /**
   * `digits` after the point, always; a true minus sign, and none before a zero.
   *
   * Both languages write 12,345.6. The first Intl.NumberFormat would hold up the first number of a slow phone by a
   * sixth of a second.
   */
  number(value: number, digits = 0): string {
    const [whole = "", fraction] = Math.abs(value).toFixed(digits).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
    return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
  }

  /** A bird's weight as the person wants it, as number and unit. */
  weight(grams: number): { number: string; unit: string } {
    const { weights } = this.units;
    return weights === "metric" ? this.metric(grams) : this.in(weights === "jin" ? JIN : POUND, grams);
  }

  /** Grams below a kilogram, then kilograms. */
  metric(grams: number): { number: string; unit: string } {
    return this.in(Math.round(grams) < KILOGRAM.grams ? GRAM : KILOGRAM, grams);
  }

  /** The same weight in 斤 (500 g), as Chinese farmers think of it. */
  jin(grams: number): string {
    const { number, unit } = this.in(JIN, grams);
    return `${number} ${unit}`;
  }

  /** The unit of an axis of birds' weights. */
  get axisMass(): MassUnit {
    return { metric: KILOGRAM, jin: JIN, lb: POUND }[this.units.weights];
  }

  /** The unit of a table of birds' weights. */
  get cellMass(): MassUnit {
    return { metric: GRAM, jin: JIN, lb: POUND }[this.units.weights];
  }

  /** A weight in a table, whose head says the unit. */
  massCell(grams: number): string {
    return this.in(this.cellMass, grams).number;
  }

  /** A temperature as the person wants it, as number and unit. */
  temperature(celsius: number): { number: string; unit: string } {
    const { fahrenheit } = this.units;
    return {
      number: this.number(fahrenheit ? toFahrenheit(celsius) : celsius, 1),
      unit: fahrenheit ? "°F" : "°C",
    };
  }

  private in({ unit, grams, digits }: MassUnit, value: number): { number: string; unit: string } {
    return { number: this.number(value / grams, digits), unit };
  }

  /** 14:02 */
  time(ms: number): string {
    return this.date("time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
  }

  /** The hour and minute today, with the day in front when it was another day. */
  moment(ms: number, nowMs: number): string {
    return this.day(ms) === this.day(nowMs) ? this.time(ms) : `${this.day(ms)} ${this.time(ms)}`;
  }

  /** 22 Nov, 11月22日 */
  day(ms: number): string {
    return this.date("day", { month: "short", day: "numeric" }).format(ms);
  }

  /** A calendar day (`2026-11-22`), which has no time zone to be moved by. */
  calendarDay(day: string): string {
    const options = { month: "short", day: "numeric", timeZone: "UTC" } as const;
    return this.date("calendar", options).format(Date.parse(`${day}T00:00:00Z`));
  }

  private date(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = `${this.locale} ${this.timeZone ?? ""} ${name}`;
    let formatter = dates.get(key);
    if (!formatter) {
      const zone = this.timeZone === undefined ? {} : { timeZone: this.timeZone };
      formatter = new Intl.DateTimeFormat(this.locale, { ...zone, ...options });
      dates.set(key, formatter);
    }
    return formatter;
  }
}
