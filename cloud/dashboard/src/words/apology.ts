import { Refused, type ApiError } from "../api/errors";
import type { Words } from "../words/en";
import { lookUp } from "../words/names";

/** What a person is told when the cloud did not do what they asked. */
export function apology(error: ApiError, words: Words): string {
  if (!(error instanceof Refused)) return words.noAnswer;
  return lookUp(words.refusals, error.code) ?? words.refused(error.detail);
}
