import { describe, expect, it } from "vitest";
import type { HistogramBar } from "../api/types.ts";
import { entry } from "../live/entry.fixture.ts";
import { barKind, barWidth, cellCondition, markOf, signsOf, sizeOf, statusText } from "./columns.ts";
import { laneMarks } from "./laneMarks.ts";
import { firstRank, scrolled, thumbOf } from "./scrollWindow.ts";

describe("a row", () => {
  it("marks trouble by how it ended, and what goes on as open", () => {
    for (const [outcome, mark] of [
      ["ok", "ok"],
      ["client_error", "warn"],
      ["server_error", "err"],
      ["no_reply", "none"],
    ]) {
      expect(markOf(entry(1, { outcome: outcome ?? "" }))).toBe(mark);
    }
    expect(markOf(entry(1, { notes: ["open"] }))).toBe("open");
    expect(statusText(entry(1, { notes: ["open"], status_text: "" }))).toBe("open");
    expect(statusText(entry(1, { status_text: "" }))).toBe("–");
  });
  it("has a bar that tells a millisecond from a second, and never leaves its column", () => {
    const widths = [1, 400, 1_900, 48_000, 1_250_000, 9e9].map(barWidth);
    expect(widths).toEqual(widths.slice().sort((a, b) => a - b));
    expect(Math.min(...widths)).toBeGreaterThan(0);
    expect(Math.max(...widths)).toBe(100);
  });
  it("is slow from a tenth of a second on, and slow is not wrong", () => {
    expect(barKind(entry(1, { elapsed_us: 99_999 }))).toBe("usual");
    expect(barKind(entry(1, { elapsed_us: 100_000 }))).toBe("slow");
    expect(barKind(entry(1, { outcome: "server_error" }))).toBe("bad");
  });
  it("says once what a gap says", () => {
    expect(signsOf(entry(1, { notes: ["partial", "gap", "redacted"] })).map((sign) => sign.icon)).toEqual([
      "redacted",
      "gap",
    ]);
  });
  it("has the size of the answer, or of the message that it is", () => {
    expect(sizeOf(entry(1, { request_size: 5, response_size: 7 }))).toBe(7);
    expect(sizeOf(entry(1, { request_size: 5, response_size: 0 }))).toBeNull();
    expect(sizeOf(entry(1, { request_size: 5, response_size: 0, message_direction: "c2s" }))).toBe(5);
  });
  it("filters by name where there is one, else by address", () => {
    expect(cellCondition(entry(1), "dst")).toEqual({ path: "dst.name", value: "b" });
    const unnamed = entry(1);
    unnamed.src = { ...unnamed.src, name: "" };
    expect(cellCondition(unnamed, "src")).toEqual({ path: "src.ip", value: "10.0.0.1" });
    expect(cellCondition(entry(1), "duration")).toBeNull();
  });
});

describe("a long list", () => {
  it("stays below what a browser can draw", () => {
    expect(firstRank(0, 1_000_000, 24)).toBe(0);
    expect(firstRank(0, 5_000_000, 24) * 24).toBeGreaterThan(0);
    expect((5_000_000 - firstRank(0, 5_000_000, 24)) * 24).toBeLessThanOrEqual(30_000_000);
    expect(firstRank(700, 1_000, 24)).toBe(700);
  });
  it("has a thumb that can be grasped and reaches both ends", () => {
    expect(thumbOf(0, 600, 24_000_000)).toEqual({ top: 0, size: 0.04 });
    expect(thumbOf(24_000_000 - 600, 600, 24_000_000).top).toBeCloseTo(0.96);
    expect(thumbOf(0, 600, 100)).toEqual({ top: 0, size: 1 });
  });
  it("holds on a scroll up and follows again at the bottom", () => {
    expect(scrolled(100, true)).toBe("hold");
    expect(scrolled(0, true)).toBeNull();
    expect(scrolled(0, false)).toBe("follow");
    expect(scrolled(100, false)).toBeNull();
  });
});

describe("the lane", () => {
  const bar = (ok: number, more: Partial<HistogramBar> = {}): HistogramBar => ({
    start: "",
    ok,
    client_error: 0,
    server_error: 0,
    no_reply: 0,
    ...more,
  });
  it("shows trouble at its place among the rows, not in time", () => {
    const marks = laneMarks([bar(98), bar(0), bar(0, { server_error: 2 }), bar(100)]);
    expect(marks).toEqual([{ at: 0.495, error: true }]);
  });
  it("draws what lies together as one, the worse", () => {
    const bars = Array.from({ length: 1000 }, (_, index) => bar(1, index % 2 ? { client_error: 1 } : { no_reply: 1 }));
    const marks = laneMarks(bars);
    expect(marks.length).toBeLessThanOrEqual(201);
    expect(marks.every((mark) => mark.error)).toBe(true);
  });
});
