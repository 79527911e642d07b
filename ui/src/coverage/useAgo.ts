// How long ago something was, kept up to date: `0.2 s`, `41 s`, `3 m 02 s`; `never` if it never was.
import { useEffect, useState } from "react";
import { longDuration } from "../components/format.ts";

export function useAgo(timestamp: string): string {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return agoText(timestamp, now);
}

export function agoText(timestamp: string, now: number): string {
  const at = Date.parse(timestamp);
  if (Number.isNaN(at)) return "never";
  const seconds = Math.max(0, (now - at) / 1000);
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : longDuration(seconds);
}
