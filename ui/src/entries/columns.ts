// What a row shows, decided from its entry. Pure functions; how it looks is the row's business.
import type { EntrySummary } from "../api/types.ts";
import { duration } from "../components/format.ts";
import type { IconName } from "../components/Icon.tsx";
import { viewOf } from "../protocols/index.ts";
import type { Condition } from "../query/clickFilter.ts";

/** `open` is not an outcome: the exchange goes on. */
export type Mark = "ok" | "warn" | "err" | "none" | "open";

export function markOf(entry: EntrySummary): Mark {
  if (entry.notes.includes("open")) return "open";
  switch (entry.outcome) {
    case "client_error":
      return "warn";
    case "server_error":
      return "err";
    case "no_reply":
      return "none";
    default:
      return "ok";
  }
}

export function statusText(entry: EntrySummary): string {
  if (entry.notes.includes("open") && !entry.status_text) return "open";
  return viewOf(entry).status(entry) || "–";
}

export function isTrouble(entry: EntrySummary): boolean {
  return entry.outcome === "server_error" || entry.outcome === "no_reply";
}

/** A name that people know, or the address. */
export function peerName(peer: EntrySummary["src"]): string {
  return peer.name || peer.workload || peer.pod || peer.ip;
}

/** With the port, as the detail shows it: the pod where there is one. */
export function peerAddress(peer: EntrySummary["src"]): string {
  const host = peer.pod || peer.name || (peer.ip.includes(":") ? `[${peer.ip}]` : peer.ip);
  return `${host}:${peer.port}`;
}

export function elapsedText(entry: EntrySummary): string {
  return entry.elapsed_us === null ? "–" : duration(entry.elapsed_us);
}

/** How long the bar is, in percent: logarithmic, so that 1 ms and 1 s are told apart on 40 pixels. */
export function barWidth(us: number): number {
  const width = 11 + 24.9 * Math.log10(Math.max(us, 1) / 400);
  return Math.round(Math.min(100, Math.max(4, width)));
}

/** Microseconds from which a call is drawn as slow. Slow is not wrong: the colour is never red. */
const SLOW = 100_000;

export function barKind(entry: EntrySummary): "bad" | "slow" | "usual" {
  if (isTrouble(entry)) return "bad";
  return (entry.elapsed_us ?? 0) >= SLOW ? "slow" : "usual";
}

/** Bytes of the answer; of the message itself where that is all there is; null where none came. */
export function sizeOf(entry: EntrySummary): number | null {
  if (entry.message_direction) return entry.request_size;
  return entry.response_size > 0 ? entry.response_size : null;
}

/** A sign for what is to be known of an entry besides its content. */
export type Sign = { icon: IconName; label: string; tone: "quiet" | "good" | "bad" };

const SIGNS: Readonly<Record<string, Sign>> = {
  decrypted: { icon: "decrypted", label: "TLS, decrypted", tone: "good" },
  redacted: { icon: "redacted", label: "Redacted values", tone: "quiet" },
  truncated: { icon: "truncated", label: "Body longer than what is kept", tone: "quiet" },
  proxy_leg: { icon: "mesh", label: "Seen between mesh proxies", tone: "quiet" },
  gap: { icon: "gap", label: "Bytes are missing inside", tone: "bad" },
  partial: { icon: "gap", label: "Only partly captured", tone: "bad" },
};

export function signsOf(entry: EntrySummary): Sign[] {
  const signs = Object.entries(SIGNS)
    .filter(([note]) => entry.notes.includes(note))
    .map(([, sign]) => sign);
  // A gap is why an entry is partial: one sign says both.
  return signs.filter((sign, index) => signs.findIndex((other) => other.icon === sign.icon) === index);
}

/** What a note means, for the detail. */
export const NOTE_TEXTS: Readonly<Record<string, string>> = {
  partial: "Parts of this exchange were not captured. Nothing is guessed: what is missing is absent.",
  gap: "Bytes are missing inside this exchange.",
  truncated: "A body is longer than what is kept of it.",
  midstream: "The connection was under way when capturing began.",
  redacted: "Secrets were replaced before the entry left the machine that captured it.",
  decrypted: "Decrypted with a key log.",
  reset: "The connection or stream was reset.",
  snapped: "The packets were cut by the capture (snaplen).",
  headers_unknown: "Header fields refer to a table whose beginning was not seen; they are absent.",
  undecoded: "A body could not be decoded; it is kept as it was sent.",
  malformed: "The message breaks its protocol's rules.",
  proxy_leg: "The leg between the proxies of a mesh.",
  probe: "A health probe.",
  open: "The exchange goes on.",
};

/** Why there is no response, in words. */
export const UNANSWERED_TEXTS: Readonly<Record<string, string>> = {
  not_due: "no response is due",
  gap: "the response may lie in bytes that were not captured",
  reset: "the connection was reset",
  closed: "the connection was closed without a response",
  timeout: "no response came in time",
  capture_ended: "the capture ended first",
  budget: "given up to stay within the memory budget",
};

/** The condition that a cell stands for, for click-to-filter in the row. */
export function cellCondition(entry: EntrySummary, column: string): Condition | null {
  switch (column) {
    case "protocol":
      return { path: "protocol", value: entry.protocol };
    case "status":
      return entry.status === null
        ? { path: "outcome", value: entry.outcome }
        : { path: "status", value: entry.status };
    case "method":
      return entry.method ? { path: "method", value: entry.method } : null;
    case "summary":
      return { path: "summary", value: entry.summary };
    case "src":
      return entry.src.name ? { path: "src.name", value: entry.src.name } : { path: "src.ip", value: entry.src.ip };
    case "dst":
      return entry.dst.name ? { path: "dst.name", value: entry.dst.name } : { path: "dst.ip", value: entry.dst.ip };
    default:
      return null;
  }
}
