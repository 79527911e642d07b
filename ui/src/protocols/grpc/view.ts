// gRPC over HTTP/2.
import type { ProtocolView } from "../view.ts";
import { grpcurl } from "./copy.ts";
import { methodLine } from "./line.ts";
import styles from "./view.module.css";

export const grpc: ProtocolView = {
  label: () => "gRPC",
  longLabel: () => "gRPC",
  verb: (entry) => (entry.method.endsWith("stream") ? "stream" : entry.method),
  // OK is a word, an error its number: the names are as long as a column is wide, and stand in the line.
  status: (entry) => (entry.status ? String(entry.status) : entry.status_text),
  colour: styles.colour ?? "",
  macro: "grpc",
  line: (entry) => ({ ...methodLine(entry.summary), after: entry.status ? ` · ${entry.status_text}` : "" }),
  copies: (detail) => [{ label: "grpcurl", text: grpcurl(detail) }],
  messages: () => "body",
};
