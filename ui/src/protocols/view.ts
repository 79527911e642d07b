// What a protocol has to say for itself on the page. One folder a protocol holds one of these; nothing else on the
// page knows a protocol by name.
import type { EntryDetail, EntrySummary } from "../api/types.ts";

/** The line that stands for an entry: the loud part is what differs between calls, the rest is read second. */
export type Line = { before: string; main: string; after: string };

/** A text that does the same call elsewhere. */
export type CopyForm = { label: string; text: string };

export type ProtocolView = {
  /** Name in the list: `HTTP`. */
  label: (entry: EntrySummary) => string;
  /** Name with version, in the detail: `HTTP/1.1`. */
  longLabel: (entry: EntrySummary) => string;
  /** What was asked, in a word: the method, or which way a message went. */
  verb: (entry: EntrySummary) => string;
  /** How it ended, in as few letters as a column has room for. */
  status: (entry: EntrySummary) => string;
  /** The class that sets `--pc`, the protocol's colour as text on every surface. */
  colour: string;
  /** The word that stands for it in a filter. */
  macro: string;
  line: (entry: EntrySummary) => Line;
  /** What can be copied, the usual one first. */
  copies: (detail: EntryDetail) => CopyForm[];
  /** Where its messages are: in the bodies, in the other entries of its connection, or nowhere. */
  messages: (entry: EntrySummary) => "body" | "connection" | "none";
};

/** A line without quiet parts. */
export function plain(text: string): Line {
  return { before: "", main: text, after: "" };
}
