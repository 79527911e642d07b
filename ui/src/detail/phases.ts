// The phases of a call, from its four moments. Pure.
import type { Timing } from "../api/types.ts";

export type Phase = {
  kind: "send" | "wait" | "receive" | "unanswered";
  name: string;
  start: number;
  length: number;
};

/** Phases in microseconds from the first byte; `to` names who was waited for. What was not captured has no phase. */
export function phases(timing: Timing, to: string, ended: number | null): Phase[] {
  const {
    request_first_us: first,
    request_last_us: sent,
    response_first_us: answered,
    response_last_us: last,
  } = timing;
  const found: Phase[] = [];
  if (first !== null && sent !== null)
    found.push({ kind: "send", name: "Request sent", start: first, length: sent - first });
  if (sent !== null && answered !== null) {
    // A server may answer before it has read everything: there was no wait then.
    const wait = Math.max(0, answered - sent);
    found.push({ kind: "wait", name: `Waiting for ${to}`, start: Math.min(sent, answered), length: wait });
  } else if (sent !== null && ended !== null && ended > sent) {
    found.push({ kind: "unanswered", name: `Waiting for ${to}`, start: sent, length: ended - sent });
  }
  if (answered !== null && last !== null) {
    found.push({ kind: "receive", name: "Response received", start: answered, length: last - answered });
  }
  return found;
}

/** From the first moment known to the last, in microseconds. */
export function spanOf(found: readonly Phase[]): number {
  return Math.max(0, ...found.map((phase) => phase.start + phase.length));
}
