// Bytes of a body: decoded from the API's JSON, and written as hex with their text beside them. Pure.
import type { BodyView } from "../api/types.ts";

export function bytesOf(body: BodyView): Uint8Array {
  if (body.format !== "base64") return new TextEncoder().encode(body.data);
  const text = atob(body.data);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export type HexLine = { offset: string; hex: string; text: string };

export function hexLines(bytes: Uint8Array, from = 0, count = bytes.length): HexLine[] {
  const lines: HexLine[] = [];
  for (let at = from; at < Math.min(bytes.length, from + count); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    lines.push({
      offset: at.toString(16).padStart(4, "0"),
      hex: row
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(" ")
        .padEnd(47),
      text: row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return lines;
}
