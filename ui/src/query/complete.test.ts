import { describe, expect, it } from "vitest";
import { accept, highlight } from "./complete.ts";
import { pushed } from "./keptFilters.ts";

describe("a completion", () => {
  it("takes the place of what was typed and leaves the rest", () => {
    const list = { start: 9, end: 13, items: [] };
    const item = { text: "response.status", kind: "field", help: "", count: null };
    expect(accept("http and resp >= 500", list, item)).toEqual({
      text: "http and response.status >= 500",
      caret: 24,
    });
  });
  it("is followed by a space where one types on after it", () => {
    const item = { text: '"orders"', kind: "value", help: "", count: 3 };
    expect(accept("dst.name == or", { start: 12, end: 14, items: [] }, item)).toEqual({
      text: 'dst.name == "orders" ',
      caret: 21,
    });
  });
  it("shows the part that was typed", () => {
    expect(highlight('"preorders"', '"orders')).toEqual(['"pre', "orders", '"']);
    expect(highlight("status", "x")).toEqual(["status", "", ""]);
    expect(highlight("status", "")).toEqual(["status", "", ""]);
  });
});

describe("kept filters", () => {
  it("come newest first, each once, and not more than there is room for", () => {
    expect(pushed(["a", "b"], "b", 5)).toEqual(["b", "a"]);
    expect(pushed(["a", "b"], " c ", 2)).toEqual(["c", "a"]);
    expect(pushed(["a"], "  ", 2)).toEqual(["a"]);
  });
});
