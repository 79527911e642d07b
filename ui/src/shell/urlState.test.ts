import { describe, expect, it } from "vitest";
import { EMPTY, readUrl, type UrlState, writeUrl } from "./urlState.ts";

describe("the address", () => {
  it("gives back every state that was written into it", () => {
    const states: UrlState[] = [
      EMPTY,
      { ...EMPTY, query: 'http and request.path == "/a b&c"' },
      { ...EMPTY, range: { from: 1_764_000_000_123, to: null } },
      { query: "grpc", range: { from: 1, to: 2 }, entry: "18446744073709551615", tab: "timing" },
    ];
    for (const state of states) expect(readUrl(writeUrl(state))).toEqual(state);
  });
  it("leaves out what it does not understand", () => {
    for (const search of [
      "?entry=x",
      "?tab=nope",
      "?from=yesterday",
      "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ]) {
      expect(readUrl(search), search).toEqual(EMPTY);
    }
  });
  it("names no tab without an entry", () => {
    expect(writeUrl({ ...EMPTY, tab: "raw" })).toBe("");
  });
});
