// How one that captures is doing, and why, in words. Pure: from what the aggregator says of it.
import type { WorkerCoverage } from "../api/types.ts";
import { bytes, count, plural } from "../components/format.ts";

/** `well` needs no look; `waiting` works, but something is missing; `bad` captures nothing. */
export type Health = "well" | "waiting" | "bad";

export function health(worker: WorkerCoverage): Health {
  if (worker.state === "unavailable") return "bad";
  if (worker.state.startsWith("shedding") || worker.state === "starting") return "waiting";
  return worker.stage === "delivering" || worker.stage === "idle" ? "well" : "waiting";
}

/** Losses that take calls away; the others leave something out of calls that are there. */
const SERIOUS = new Set([
  "dropped_ring",
  "dropped_entries",
  "dropped_batches",
  "shed_flows",
  "evicted_flows",
  "evicted_bytes",
]);

export function isSerious(cause: string): boolean {
  return SERIOUS.has(cause);
}

export function needsLook(worker: WorkerCoverage): boolean {
  return health(worker) !== "well" || worker.losses.some((loss) => isSerious(loss.cause));
}

/** Where its traffic stands: does it run, does it capture, does it find calls, do they arrive. */
export type Step = "yes" | "no" | "waiting" | "unreached";
export type Stage = "listen" | "packet" | "call" | "deliver";
export const STAGES: readonly Stage[] = ["listen", "packet", "call", "deliver"];

export function stages(worker: WorkerCoverage): readonly [Step, Step, Step, Step] {
  if (worker.state === "unavailable") return ["no", "unreached", "unreached", "unreached"];
  if (worker.packets === 0) return ["yes", "waiting", "unreached", "unreached"];
  if (worker.entries === 0) return ["yes", "yes", worker.stage === "only_opaque" ? "no" : "waiting", "unreached"];
  const waits = worker.stage === "not_delivering" || (worker.stored === 0 && worker.waiting_batches > 0);
  return ["yes", "yes", "yes", waits ? "waiting" : "yes"];
}

/** One sentence that says why it needs a look; empty where it does not. */
export function why(worker: WorkerCoverage): string {
  const reason = worker.reason.trim();
  switch (worker.state) {
    case "unavailable":
      return reason ? `Cannot capture: ${reason}` : "Cannot capture.";
    case "shedding_bodies":
      return sentence("Under load: bodies are left out, heads and lengths kept.", reason);
    case "shedding_decoding":
      return sentence("Under load: bodies are left out and nothing is decompressed.", reason);
    case "shedding_connections":
      return sentence("Under load: only a share of new connections is followed.", reason);
    case "starting":
      return sentence("Started, no packet yet.", reason);
  }
  switch (worker.stage) {
    case "no_packets":
      return sentence("Listening, no packet yet.", reason);
    case "only_opaque":
      return sentence("All of its traffic is TLS without keys.", reason);
    case "not_delivering":
      return sentence(`Captured, not delivered: ${plural(worker.waiting_batches, "batch", "batches")} wait.`, reason);
  }
  if (worker.packets > 0 && worker.entries === 0)
    return sentence("Packets, but no call of a known protocol among them.", reason);
  return reason;
}

function sentence(first: string, second: string): string {
  return second ? `${first} ${second}` : first;
}

/** An amount with what it counts: `214 packets`, `1.4 MB`. */
export function amount(value: number, unit: string): string {
  return unit === "bytes" ? bytes(value) : `${count(value)} ${value === 1 ? unit.replace(/s$/, "") : unit}`;
}
