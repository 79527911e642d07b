// A message as text again: start line, header fields, body. Rebuilt from what was read, not the bytes of the wire.
import type { EntryDetail, MessageDetail, NameValue } from "../api/types.ts";

export function rawText(detail: EntryDetail, side: "request" | "response"): string {
  const message = detail[side];
  if (!message) return "";
  const lines = [startLine(detail, message, side), ...message.headers.map(fieldLine)].filter(Boolean);
  const body = message.body.format === "utf8" ? message.body.data : `(${message.body.kept_len} bytes, not text)`;
  const trailers = message.trailers.map(fieldLine).join("\n");
  return [lines.join("\n"), message.body.kept_len > 0 ? body : "", trailers].filter(Boolean).join("\n\n");
}

function startLine(detail: EntryDetail, message: MessageDetail, side: "request" | "response"): string {
  const { summary } = detail;
  if (summary.protocol === "websocket") return "";
  const version = summary.version || (summary.protocol === "http" ? "HTTP/1.1" : "HTTP/2");
  if (side === "request") {
    const method = fieldText(message.details, "method") || summary.method;
    return `${method} ${fieldText(message.details, "target") || summary.summary} ${version}`;
  }
  const status = fieldText(message.details, "status") || summary.status_text;
  return `${version} ${status} ${fieldText(message.details, "status text") || fieldText(message.details, "reason")}`.trim();
}

function fieldLine({ name, value }: NameValue): string {
  return `${name}: ${value}`;
}

function fieldText(fields: readonly NameValue[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.value ?? "";
}
