// What the live control says of itself.
import type { Link } from "../live/connection.ts";

export type Dot = "on" | "held" | "off" | "lost";

/** `read`: the traffic comes from a file that was read to its end. */
export function liveWord(now: { link: Link["state"]; paused: boolean; fixed: boolean; read: boolean }): {
  word: string;
  dot: Dot;
} {
  if (now.link === "lost") return { word: "Not connected", dot: "lost" };
  if (now.paused) return { word: "Paused", dot: "held" };
  if (now.read) return { word: "All read", dot: "off" };
  if (now.fixed) return { word: "Past range", dot: "off" };
  if (now.link === "connecting") return { word: "Connecting", dot: "off" };
  return { word: "Live", dot: "on" };
}
