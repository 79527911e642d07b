// The calls of a trace that ran during another one, as bars against its time. Pure.
import type { EntrySummary } from "../api/types.ts";

export type TraceBar = { entry: EntrySummary; left: number; width: number };

/** Those that overlap `entry`, whose length is `span` microseconds; places in percent of it. */
export function traceBars(entry: EntrySummary, trace: readonly EntrySummary[], span: number): TraceBar[] {
  const begin = Date.parse(entry.timestamp) * 1000 + micros(entry.timestamp);
  return trace
    .filter((other) => other.id !== entry.id && other.protocol !== "websocket")
    .map((other) => {
      const start = Date.parse(other.timestamp) * 1000 + micros(other.timestamp) - begin;
      const end = start + (other.elapsed_us ?? (isPending(other) ? span - start : 0));
      const left = clamp((start / span) * 100);
      return { entry: other, start, end, left, width: clamp((end / span) * 100) - left };
    })
    .filter((bar) => bar.end >= 0 && bar.start <= span)
    .sort((a, b) => a.start - b.start)
    .map(({ entry: other, left, width }) => ({ entry: other, left, width }));
}

/** Without an end that is known: its bar goes on to the end of the drawing. */
function isPending(entry: EntrySummary): boolean {
  return entry.outcome === "no_reply" || entry.notes.includes("open");
}

/** The microseconds of a timestamp below its milliseconds. */
function micros(timestamp: string): number {
  return Number((/\.\d{3}(\d{1,3})/.exec(timestamp)?.[1] ?? "0").padEnd(3, "0"));
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value));
}
