// Numbers, sizes, durations and times as the page writes them: three significant digits, the unit apart, digits that
// line up. Pure functions; the reader's time zone is passed in.

export type Zone = "local" | "utc";

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `1204118` as `1,204,118`. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** Three significant digits: `1.24`, `48.0`, `250`. */
export function significant(value: number): string {
  if (value >= 99.95) return GROUPED.format(value);
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** Bytes: `187 B`, `14.2 KB`, `148 MB`. Powers of 1,000, as the store's limit is given. */
export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  let rest = value;
  for (const unit of ["KB", "MB", "GB", "TB"]) {
    rest /= 1000;
    if (rest < 999.5 || unit === "TB") return `${rest < 99.95 ? rest.toFixed(1) : GROUPED.format(rest)} ${unit}`;
  }
  return `${GROUPED.format(value)} B`;
}

/** Microseconds: `0.6 ms`, `48.0 ms`, `250 ms`, `1.24 s`, `42 s`, `3 m 02 s`. */
export function duration(us: number): string {
  const ms = us / 1000;
  if (ms < 9.95) return ms > 0 && ms < 0.095 ? `${Math.max(0.01, ms).toFixed(2)} ms` : `${ms.toFixed(1)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return longDuration(seconds);
}

/** Seconds, from a minute on: `3 m 02 s`, `1 h 05 m`, `2 d 3 h`. */
export function longDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Calls a second: `138`, `9.4`, `0`. */
export function rate(value: number): string {
  if (value === 0) return "0";
  return value < 9.95 ? value.toFixed(1) : GROUPED.format(value);
}

/** A share from 0 to 1: `99.98 %`. Never rounds up to 100 or down to 0. */
export function share(value: number): string {
  if (value >= 1) return "100 %";
  if (value <= 0) return "0 %";
  const percent = Math.min(99.99, Math.max(0.01, value * 100));
  return `${percent.toFixed(2)} %`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function parts(date: Date, zone: Zone): [year: number, month: number, day: number, h: number, m: number, s: number] {
  return zone === "utc"
    ? [
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
      ]
    : [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
}

/** The time of day in two pieces, of which the first is the quieter: `["14:33:", "21.131"]`. */
export function clock(timestamp: string, zone: Zone): [hours: string, seconds: string] {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return ["", "–"];
  const [, , , h, m, s] = parts(date, zone);
  const ms = String(date.getTime() % 1000).padStart(3, "0");
  return [`${two(h)}:${two(m)}:`, `${two(s)}.${ms}`];
}

/** Milliseconds since the epoch as `14:33:21`. */
export function timeOfDay(ms: number, zone: Zone): string {
  const [, , , h, m, s] = parts(new Date(ms), zone);
  return `${two(h)}:${two(m)}:${two(s)}`;
}

/** The full moment, with date and zone, for titles: `2026-11-24 14:33:21.131942876 UTC`. */
export function moment(timestamp: string, zone: Zone): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return "";
  const [year, month, day, h, m, s] = parts(date, zone);
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? String(date.getTime() % 1000).padStart(3, "0");
  return `${year}-${two(month)}-${two(day)} ${two(h)}:${two(m)}:${two(s)}.${fraction} ${zoneName(date, zone)}`;
}

/** `UTC`, or the reader's offset: `UTC+01:00`. */
export function zoneName(date: Date, zone: Zone): string {
  const minutes = zone === "utc" ? 0 : -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `1 call`, `2 calls`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
