import { describe, expect, it } from "vitest";
import type { HistogramBar } from "../api/types.ts";
import { dragged, moved, placeOf, timeAt, zoomed } from "./brush.ts";
import { draw, ticks, timesText, totals } from "./geometry.ts";

const bar = (second: number, ok: number, more: Partial<HistogramBar> = {}): HistogramBar => ({
  start: new Date(second * 1000).toISOString(),
  ok,
  client_error: 0,
  server_error: 0,
  no_reply: 0,
  ...more,
});

describe("the strip", () => {
  it("draws trouble below the line at a scale that it names", () => {
    const drawing = draw([bar(0, 100), bar(1, 50, { server_error: 1, client_error: 1 })], 1000);
    expect(drawing.ok).toBe("M0 0.00h0.74v28.80h-0.74zM1 14.40h0.74v14.40h-0.74z");
    expect(drawing.err.startsWith("M1 29.60")).toBe(true);
    expect(timesText(drawing.times)).toBe("×16");
    expect(drawing.peak).toBe(100);
  });
  it("keeps every bar inside the drawing", () => {
    for (const bars of [[bar(0, 0)], [bar(0, 0, { no_reply: 9 })], [bar(0, 1, { server_error: 1e6 })]]) {
      const { ok, warn, err, none } = draw(bars, 1000);
      for (const [, y, height] of `${ok}${warn}${err}${none}`.matchAll(/M\d+ ([\d.]+)h0.74v([\d.]+)/g)) {
        expect(Number(y) + Number(height)).toBeLessThanOrEqual(40.02);
      }
    }
  });
  it("counts what lies in a range, by share where an edge cuts a bar", () => {
    const bars = [bar(0, 10), bar(1, 10), bar(2, 10, { client_error: 4 })];
    expect(totals(bars, 1000, 500, 2500)).toEqual({ ok: 20, client_error: 2, server_error: 0, no_reply: 0 });
    expect(totals(bars, 1000, 0, 3000).ok).toBe(30);
  });
  it("has round times for ticks, never more than eight", () => {
    for (const span of [90, 7_000, 360_000, 86_400_000]) {
      const { list, step } = ticks(1_764_000_123_456, 1_764_000_123_456 + span);
      expect(list.length, String(span)).toBeLessThanOrEqual(9);
      for (const tick of list) expect(tick.ms % step).toBe(0);
    }
    expect(ticks(5, 5).list).toEqual([]);
  });
});

describe("a drag", () => {
  const window = { from: 1000, to: 2000 };
  it("makes a range, whichever way it goes", () => {
    expect(dragged(window, 0.8, 0.2, 500, true)).toEqual({ from: 1200, to: 1800 });
  });
  it("sticks to now within eight pixels of the right edge while live", () => {
    expect(dragged(window, 0.5, 0.99, 500, true)).toEqual({ from: 1500, to: null });
    expect(dragged(window, 0.5, 0.99, 500, false)).toEqual({ from: 1500, to: 1990 });
  });
  it("of less than four pixels is a click", () => {
    expect(dragged(window, 0.5, 0.505, 500, true)).toBeNull();
  });
  it("moves an edge by bars without passing the other", () => {
    expect(moved({ from: 1500, to: 1600 }, "from", 9, 50, window)).toEqual({ from: 1550, to: 1600 });
    expect(moved({ from: 1500, to: null }, "to", -1, 50, window)).toEqual({ from: 1500, to: 1950 });
    expect(moved({ from: 1500, to: 1600 }, "to", -9, 50, window)).toEqual({ from: 1500, to: 1550 });
  });
  it("places and times are inverse", () => {
    for (const place of [0, 0.25, 1]) expect(placeOf(window, timeAt(window, place))).toBeCloseTo(place);
  });
});

describe("the wheel", () => {
  const whole = { from: 0, to: 1000 };
  it("zooms in around the pointer and out to the whole", () => {
    const near = zoomed(whole, 0.5, false, whole);
    expect(near).toEqual({ from: 167, to: 833 });
    expect(near && zoomed(near, 0.5, true, whole)).toBeNull();
  });
});
