// A range of time in words: `14:31:57 to now · 1 m 30 s`.
import { longDuration, timeOfDay, type Zone } from "../components/format.ts";

/** A time on the axis, as fine as the axis is. */
export function tickText(ms: number, step: number, zone: Zone): string {
  const time = timeOfDay(ms, zone);
  if (step >= 60_000) return time.slice(0, 5);
  return step >= 1_000 ? time : `${time.slice(6)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}`;
}

export function rangeText(range: { from: number; to: number | null }, now: number, zone: Zone): string {
  const end = range.to ?? now;
  const seconds = Math.max(0, (end - range.from) / 1000);
  const to = range.to === null ? "now" : timeOfDay(range.to, zone);
  const length = seconds < 10 ? `${seconds.toFixed(seconds < 1 ? 2 : 1)} s` : longDuration(seconds);
  return `${timeOfDay(range.from, zone)} to ${to} · ${length}`;
}
