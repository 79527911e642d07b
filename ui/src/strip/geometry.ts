// The strip's drawing as numbers and paths. Pure: bars in, paths and labels out.
//
// Calls that went well stand above the base line; trouble hangs below it at a scale of its own, which is said beside
// it, so that one call in a hundred is seen.
import type { HistogramBar } from "../api/types.ts";

/** The drawing's height in its own units; the width is one unit a bar. */
export const HEIGHT = 40;
const BASE = 28.8;
const BELOW = 29.6;
const DEPTH = HEIGHT - BELOW;
const WIDTH = 0.74;

export type Drawing = {
  ok: string;
  warn: string;
  err: string;
  none: string;
  /** The tallest bar, in calls a second; 0 if there is none. */
  peak: number;
  /** How much taller trouble is drawn than what went well; 1 if there is none. */
  times: number;
};

export function draw(bars: readonly HistogramBar[], barMs: number): Drawing {
  const most = Math.max(0, ...bars.map((bar) => bar.ok));
  const worst = Math.max(0, ...bars.map(troubleOf));
  const up = most > 0 ? BASE / most : 0;
  const times = scaleOf(worst, up);
  const down = up > 0 ? up * times : worst > 0 ? DEPTH / worst : 0;
  const paths = { ok: "", warn: "", err: "", none: "" };
  bars.forEach((bar, x) => {
    if (bar.ok > 0) paths.ok += box(x, Math.max(0, BASE - bar.ok * up), bar.ok * up);
    let y = BELOW;
    for (const [kind, size] of [
      ["err", bar.server_error],
      ["warn", bar.client_error],
      ["none", bar.no_reply],
    ] satisfies ["err" | "warn" | "none", number][]) {
      if (size === 0) continue;
      paths[kind] += box(x, y, size * down);
      y += size * down;
    }
  });
  const tallest = Math.max(0, ...bars.map((bar) => bar.ok + troubleOf(bar)));
  return { ...paths, peak: barMs > 0 ? (tallest * 1000) / barMs : 0, times };
}

/** The power of two by which trouble fills the room below the line. */
function scaleOf(worst: number, up: number): number {
  if (worst === 0 || up === 0) return 1;
  return 2 ** Math.max(-40, Math.min(6, Math.floor(Math.log2(DEPTH / (worst * up)))));
}

/** `×8`, `÷4`; empty where both sides have one scale. */
export function timesText(times: number): string {
  if (times === 1) return "";
  return times > 1 ? `×${times}` : `÷${1 / times}`;
}

function box(x: number, y: number, height: number): string {
  return `M${x} ${y.toFixed(2)}h${WIDTH}v${height.toFixed(2)}h-${WIDTH}z`;
}

export function troubleOf(bar: HistogramBar): number {
  return bar.client_error + bar.server_error + bar.no_reply;
}

export type Totals = { ok: number; client_error: number; server_error: number; no_reply: number };

/** What the bars between two times hold; a bar that lies on the edge counts by the share that is inside. */
export function totals(bars: readonly HistogramBar[], barMs: number, from: number, to: number): Totals {
  const sum: Totals = { ok: 0, client_error: 0, server_error: 0, no_reply: 0 };
  for (const bar of bars) {
    const start = Date.parse(bar.start);
    const inside = Math.min(to, start + barMs) - Math.max(from, start);
    const part = barMs > 0 ? Math.min(1, Math.max(0, inside / barMs)) : 1;
    if (part === 0) continue;
    sum.ok += bar.ok * part;
    sum.client_error += bar.client_error * part;
    sum.server_error += bar.server_error * part;
    sum.no_reply += bar.no_reply * part;
  }
  return {
    ok: Math.round(sum.ok),
    client_error: Math.round(sum.client_error),
    server_error: Math.round(sum.server_error),
    no_reply: Math.round(sum.no_reply),
  };
}

const STEPS = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200,
  86400, 604800,
].map((seconds) => seconds * 1000);

export type Tick = { at: number; ms: number };

/** Round times in [from, to], at most eight, none so near the right edge that it would touch the word there. */
export function ticks(from: number, to: number): { step: number; list: Tick[] } {
  const span = to - from;
  const step = STEPS.find((one) => span / one <= 8) ?? span;
  const list: Tick[] = [];
  if (span <= 0) return { step, list };
  for (let ms = Math.ceil(from / step) * step; ms < to; ms += step) {
    const at = (ms - from) / span;
    if (at > 0.02 && at < 0.965) list.push({ at, ms });
  }
  return { step, list };
}
