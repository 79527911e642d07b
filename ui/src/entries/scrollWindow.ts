// The arithmetic of a very long list. Pure.

/** Browsers draw nothing beyond some 33 million pixels; a list stays below. */
const TALLEST = 30_000_000;

/** The rank of the first row that the scroll bar reaches: all of them, until the list is too tall for a browser. */
export function firstRank(base: number, shown: number, rowHeight: number): number {
  return Math.max(base, shown - Math.floor(TALLEST / rowHeight));
}

/** Where the thumb stands in the lane, both from 0 to 1. */
export type Thumb = { top: number; size: number };

export function thumbOf(scrollTop: number, viewport: number, total: number): Thumb {
  if (total <= viewport || total <= 0) return { top: 0, size: 1 };
  const size = Math.max(0.04, viewport / total);
  return { top: (1 - size) * Math.min(1, Math.max(0, scrollTop / (total - viewport))), size };
}

/** What a scroll by the reader means for following the newest end; `distance` is in pixels from it. */
export function scrolled(distance: number, following: boolean): "hold" | "follow" | null {
  if (following) return distance > 4 ? "hold" : null;
  return distance < 2 ? "follow" : null;
}
