// An entry of a protocol that this page is too old to know: shown with what every entry has.
import { type ProtocolView, plain } from "./view.ts";

export const unknown: ProtocolView = {
  label: (entry) => entry.protocol,
  longLabel: (entry) => entry.version || entry.protocol,
  verb: (entry) => entry.method,
  colour: "",
  macro: "",
  line: (entry) => plain(entry.summary),
  copies: () => [],
  messages: () => "none",
};
