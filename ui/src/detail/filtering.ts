// How a value in the detail becomes a condition of the filter.
import type { NameValue } from "../api/types.ts";
import type { Condition } from "../query/clickFilter.ts";

export type OnFilter = (condition: Condition, exclude: boolean) => void;

/** Paths whose values are numbers in the language; all others are text. */
const NUMBERS = /(?:^|\.)(?:status|port|size|bodySize|requestSize|responseSize|grpcStatus|streamId|messageCount)$/;

export function conditionOf(field: NameValue): Condition | null {
  if (!field.path) return null;
  const number = Number(field.value);
  const isNumber = NUMBERS.test(field.path) && field.value !== "" && Number.isFinite(number);
  return { path: field.path, value: isNumber ? number : field.value };
}
