// HTTP/0.9, 1.0 and 1.1 (RFC 9112).
import { type ProtocolView, plain } from "../view.ts";
import { curl, fetchCall } from "./copy.ts";
import styles from "./view.module.css";

export const http: ProtocolView = {
  label: () => "HTTP",
  longLabel: (entry) => entry.version || "HTTP",
  verb: (entry) => entry.method,
  status: (entry) => entry.status_text,
  colour: styles.colour ?? "",
  macro: "http",
  line: (entry) => plain(entry.summary),
  copies: (detail) => [
    { label: "cURL", text: curl(detail) },
    { label: "fetch", text: fetchCall(detail) },
  ],
  // After 101 Switching Protocols the messages are entries of the same connection.
  messages: (entry) => (entry.status === 101 ? "connection" : "none"),
};
