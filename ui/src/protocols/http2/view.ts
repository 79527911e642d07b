// HTTP/2 (RFC 9113). The same calls as HTTP/1.1, another framing.
import { curl, fetchCall } from "../http/copy.ts";
import { type ProtocolView, plain } from "../view.ts";
import styles from "./view.module.css";

export const http2: ProtocolView = {
  label: () => "HTTP/2",
  longLabel: () => "HTTP/2",
  verb: (entry) => entry.method,
  status: (entry) => entry.status_text,
  colour: styles.colour ?? "",
  macro: "http2",
  line: (entry) => plain(entry.summary),
  copies: (detail) => [
    { label: "cURL", text: curl(detail) },
    { label: "fetch", text: fetchCall(detail) },
  ],
  messages: () => "none",
};
