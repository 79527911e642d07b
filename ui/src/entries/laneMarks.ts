// Where in the list there is trouble, from the histogram: bars in time become places in the list, since the list is
// ordered by time too.
import type { HistogramBar } from "../api/types.ts";

/** `at` from 0 (oldest) to 1 (newest). */
export type LaneMark = { at: number; error: boolean };

/** Marks closer than this share of the lane are drawn as one. */
const APART = 0.005;

export function laneMarks(bars: readonly HistogramBar[]): LaneMark[] {
  const total = bars.reduce((sum, bar) => sum + sizeOf(bar), 0);
  if (total === 0) return [];
  const marks: LaneMark[] = [];
  let before = 0;
  for (const bar of bars) {
    const size = sizeOf(bar);
    const error = bar.server_error + bar.no_reply > 0;
    if (error || bar.client_error > 0) add(marks, { at: (before + size / 2) / total, error });
    before += size;
  }
  return marks;
}

function add(marks: LaneMark[], mark: LaneMark): void {
  const last = marks[marks.length - 1];
  if (last && mark.at - last.at < APART) last.error ||= mark.error;
  else marks.push(mark);
}

function sizeOf(bar: HistogramBar): number {
  return bar.ok + bar.client_error + bar.server_error + bar.no_reply;
}
