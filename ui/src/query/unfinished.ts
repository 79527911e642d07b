// Whether a draft is wrong, or merely not finished: nobody wants to be told off in the middle of a word.
import type { QueryError } from "../api/types.ts";

/** The error lies at the end of what is written, where the next key may mend it. */
export function isUnfinished(error: QueryError, draft: string): boolean {
  return error.end >= draft.trimEnd().length;
}

/** The cursor stands where the error is, so that a completion helps more than a complaint. */
export function isAtCaret(error: QueryError, caret: number): boolean {
  return caret >= error.start && caret <= error.end;
}
