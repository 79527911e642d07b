// A range of time in words: `14:31:57 to now · 1 m 30 s`.
import { longDuration, timeOfDay, type Zone } from "../components/format.ts";

export function rangeText(range: { from: number; to: number | null }, now: number, zone: Zone): string {
  const end = range.to ?? now;
  const seconds = Math.max(0, (end - range.from) / 1000);
  const to = range.to === null ? "now" : timeOfDay(range.to, zone);
  const length = seconds < 10 ? `${seconds.toFixed(seconds < 1 ? 2 : 1)} s` : longDuration(seconds);
  return `${timeOfDay(range.from, zone)} to ${to} · ${length}`;
}
