// Putting a completion into the draft. Pure text work.
import type { Completion, CompletionList } from "../api/types.ts";

export type Edit = { text: string; caret: number };

export function accept(draft: string, list: CompletionList, item: Completion): Edit {
  const before = draft.slice(0, list.start);
  const after = draft.slice(list.end);
  const spaced = needsSpace(item) && !/^\s/.test(after) ? `${item.text} ` : item.text;
  return { text: before + spaced + after, caret: before.length + spaced.length };
}

/** After a word or a value one types on; after a field comes an operator or a dot, which the reader chooses. */
function needsSpace(item: Completion): boolean {
  return item.kind === "operator" || item.kind === "keyword" || item.kind === "macro" || item.kind === "value";
}

/** A text in three pieces, of which the middle one is what was typed; the middle is empty where it does not occur. */
export function highlight(text: string, typed: string): [string, string, string] {
  const needle = typed.replace(/^["']|["']$/g, "");
  const at = needle ? text.toLowerCase().indexOf(needle.toLowerCase()) : -1;
  if (at < 0) return [text, "", ""];
  return [text.slice(0, at), text.slice(at, at + needle.length), text.slice(at + needle.length)];
}
