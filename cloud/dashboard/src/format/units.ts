/** In which units a person wants numbers on this phone; the service's are g and °C. */
export interface Units {
  weights: "metric" | "jin" | "lb";
  fahrenheit: boolean;
}

export const METRIC: Units = { weights: "metric", fahrenheit: false };

/** A unit of weight, how many grams it has, and how many digits a bird's weight has in it. */
export interface MassUnit {
  unit: string;
  grams: number;
  digits: number;
}

export const GRAM: MassUnit = { unit: "g", grams: 1, digits: 0 };
export const KILOGRAM: MassUnit = { unit: "kg", grams: 1000, digits: 2 };
export const JIN: MassUnit = { unit: "斤", grams: 500, digits: 2 };
/** The international avoirdupois pound, exactly. */
export const POUND: MassUnit = { unit: "lb", grams: 453.59237, digits: 2 };

export function toFahrenheit(celsius: number): number {
  return celsius * 1.8 + 32;
}
