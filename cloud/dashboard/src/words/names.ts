import type { WeightHistory } from "../api/types";
import type { Words } from "./en";

/** Read a slug aloud: "house-2" is House 2 or 2 号鸡舍, "hillside" is Hillside. */
export function displayName(slug: string, words: Words): string {
  const [, noun = "", number] = /^([a-z]+)(?:-?(\d+))?$/.exec(slug) ?? [];
  const known = lookUp(words.nouns, noun);
  if (known === undefined) return capitalised(slug);
  return number === undefined ? known : words.numbered(known, number);
}

/** A breed's name as it is written: "ross-308" is Ross 308 or 罗斯 308. */
export function breedName(breed: string, words: Words): string {
  return words.breeds[breed] ?? breed.split("-").map(capitalised).join(" ");
}

/** What the curve is called that a flock is held against; empty without one. */
export function curveName(history: WeightHistory, words: Words): string {
  if (history.curve.length === 0) return "";
  // A history that was saved by an earlier page names the breed only.
  const name = breedName(history.curve_of ?? history.breed ?? "", words);
  return history.curve_own ? words.ownCurve(name) : words.standard(name);
}

function capitalised(text: string): string {
  const spaced = text.replaceAll("-", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The word for a key that came from outside; undefined when the dictionary has none. */
export function lookUp<Value = string>(part: object, key: string): Value | undefined {
  return Object.hasOwn(part, key) ? (part as Record<string, Value>)[key] : undefined;
}
