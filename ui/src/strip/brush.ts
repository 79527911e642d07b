// What a drag in the strip, a turn of the wheel or a key on an edge makes of range and zoom. Pure; times are in
// milliseconds since the epoch, places from 0 (left) to 1.
import type { Range } from "../shell/urlState.ts";

export type Window = { from: number; to: number };

export function timeAt(window: Window, place: number): number {
  return Math.round(window.from + (window.to - window.from) * Math.min(1, Math.max(0, place)));
}

export function placeOf(window: Window, ms: number): number {
  const span = window.to - window.from;
  return span <= 0 ? 0 : Math.min(1, Math.max(0, (ms - window.from) / span));
}

/** Pixels from the right edge within which a range sticks to now. */
const STICKY = 8;
/** A drag shorter than this many pixels was a click. */
const CLICK = 4;

/** The range of a drag from one place to another on a plot `width` pixels wide; null for a mere click. */
export function dragged(window: Window, from: number, to: number, width: number, live: boolean): Range | null {
  if (Math.abs(to - from) * width < CLICK) return null;
  const [left, right] = from < to ? [from, to] : [to, from];
  const sticks = live && (1 - right) * width <= STICKY;
  return { from: timeAt(window, left), to: sticks ? null : timeAt(window, right) };
}

/** An edge moved by `steps` bars; the two edges never pass each other. */
export function moved(range: Range, edge: "from" | "to", steps: number, barMs: number, window: Window): Range {
  const end = range.to ?? window.to;
  if (edge === "from") {
    return { ...range, from: Math.max(window.from, Math.min(end - barMs, range.from + steps * barMs)) };
  }
  return { ...range, to: Math.min(window.to, Math.max(range.from + barMs, end + steps * barMs)) };
}

/** The window after a turn of the wheel over a place; null where it has become the whole. */
export function zoomed(window: Window, place: number, out: boolean, whole: Window): Window | null {
  const span = (window.to - window.from) * (out ? 1.5 : 1 / 1.5);
  if (span >= (whole.to - whole.from) * 0.99) return null;
  if (span < 10) return window;
  const center = timeAt(window, place);
  const from = Math.max(whole.from, center - span * place);
  return { from: Math.round(from), to: Math.round(Math.min(whole.to, from + span)) };
}
