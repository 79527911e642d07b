// A WebSocket message (RFC 6455). The upgrade is an HTTP entry of its own.
import { type ProtocolView, plain } from "../view.ts";
import styles from "./view.module.css";

export const websocket: ProtocolView = {
  label: () => "WS",
  longLabel: () => "WebSocket",
  verb: (entry) => (entry.message_direction === "s2c" ? "↓" : "↑"),
  status: (entry) => entry.status_text || entry.method,
  colour: styles.colour ?? "",
  macro: "websocket",
  line: (entry) => plain(entry.summary),
  copies: () => [],
  messages: () => "connection",
};
