// gRPC over HTTP/2.
import type { ProtocolView } from "../view.ts";
import { grpcurl } from "./copy.ts";
import { methodLine } from "./line.ts";
import styles from "./view.module.css";

export const grpc: ProtocolView = {
  label: () => "gRPC",
  longLabel: () => "gRPC",
  verb: (entry) => entry.method,
  colour: styles.colour ?? "",
  macro: "grpc",
  line: (entry) => methodLine(entry.summary),
  copies: (detail) => [{ label: "grpcurl", text: grpcurl(detail) }],
  messages: () => "body",
};
