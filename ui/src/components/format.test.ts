import { describe, expect, it } from "vitest";
import { bytes, clock, count, duration, longDuration, moment, plural, share, significant } from "./format.ts";

describe("numbers", () => {
  it("have three significant digits and the unit apart", () => {
    for (const [us, want] of [
      [0, "0.0 ms"],
      [1, "0.01 ms"],
      [40, "0.04 ms"],
      [600, "0.6 ms"],
      [9_949, "9.9 ms"],
      [9_960, "10.0 ms"],
      [48_000, "48.0 ms"],
      [250_000, "250 ms"],
      [999_499, "999 ms"],
      [999_600, "1.00 s"],
      [1_240_000, "1.24 s"],
      [42_000_000, "42 s"],
      [182_000_000, "3 m 02 s"],
    ] satisfies [number, string][]) {
      expect(duration(us), String(us)).toBe(want);
    }
  });
  it("of bytes go in steps of a thousand", () => {
    for (const [value, want] of [
      [0, "0 B"],
      [999, "999 B"],
      [1_000, "1.0 KB"],
      [14_210, "14.2 KB"],
      [99_960, "100 KB"],
      [999_600, "1.0 MB"],
      [148_000_000, "148 MB"],
    ] satisfies [number, string][]) {
      expect(bytes(value), String(value)).toBe(want);
    }
  });
  it("are grouped, and never rounded to a full or an empty share", () => {
    expect(count(1204118)).toBe("1,204,118");
    expect(share(0.99999999)).toBe("99.99 %");
    expect(share(0.0000001)).toBe("0.01 %");
    expect(share(1)).toBe("100 %");
    expect(significant(1.2345)).toBe("1.23");
    expect(significant(1234.5)).toBe("1,235");
    expect(plural(1, "call")).toBe("1 call");
    expect(plural(0, "call")).toBe("0 calls");
  });
  it("of long times name two units", () => {
    expect(longDuration(59)).toBe("59 s");
    expect(longDuration(3_900)).toBe("1 h 05 m");
    expect(longDuration(183_600)).toBe("2 d 3 h");
  });
});

describe("times", () => {
  it("keep the nanoseconds of the capture in the full form", () => {
    expect(moment("2026-11-24T14:33:21.131942876Z", "utc")).toBe("2026-11-24 14:33:21.131942876 UTC");
  });
  it("come in a quiet and a loud piece", () => {
    expect(clock("2026-11-24T14:33:21.131942876Z", "utc")).toEqual(["14:33:", "21.131"]);
    expect(clock("", "utc")).toEqual(["", "–"]);
  });
});
