// An entry of a protocol that this page is too old to know: shown with what every entry has.
import { type ProtocolView, plain } from "./view.ts";

export const unknown: ProtocolView = {
  label: (entry) => entry.protocol,
  longLabel: (entry) => entry.version || entry.protocol,
  verb: (entry) => entry.method,
  status: (entry) => entry.status_text,
  colour: "",
  macro: "",
  line: (entry) => plain(entry.summary),
  copies: () => [],
  messages: () => "none",
};
