// How a value in the detail becomes a condition of the filter.
import type { NameValue } from "../api/types.ts";
import type { Condition } from "../query/clickFilter.ts";

export type OnFilter = (condition: Condition, exclude: boolean) => void;

/** Paths whose values are numbers in the language; all others are text. */
const NUMBERS = new Set(["status", "response.status", "grpc.status", "src.port", "dst.port", "connection", "id"]);

export function conditionOf(field: NameValue): Condition | null {
  if (!field.path) return null;
  const isNumber = NUMBERS.has(field.path) && /^\d+$/.test(field.value);
  return { path: field.path, value: isNumber ? BigInt(field.value) : field.value };
}
