import { describe, expect, it } from "vitest";
import { fixed, pieces } from "./pieces.ts";
import { isAtCaret, isUnfinished } from "./unfinished.ts";

describe("an error in a filter", () => {
  const text = "http and respnse.status >= 500";
  const error = { message: "no field `respnse`", start: 9, end: 16, suggestion: "response" };
  it("is marked exactly, whatever the colours are", () => {
    const found = pieces(text, error);
    expect(found.map((piece) => piece.text).join("")).toBe(text);
    expect(
      found
        .filter((piece) => piece.wrong)
        .map((piece) => piece.text)
        .join(""),
    ).toBe("respnse");
  });
  it("inside a token cuts the token", () => {
    const found = pieces('a == "bcd"', { ...error, start: 6, end: 8 });
    expect(found.filter((piece) => piece.wrong).map((piece) => piece.text)).toEqual(["bc"]);
  });
  it("at the end marks nothing and harms nothing", () => {
    const found = pieces("http and", { ...error, start: 8, end: 8 });
    expect(found.some((piece) => piece.wrong)).toBe(false);
  });
  it("is mended by its suggestion", () => {
    expect(fixed(text, error)).toBe("http and response.status >= 500");
    expect(fixed(text, { ...error, suggestion: null })).toBe(text);
  });
});

describe("a draft", () => {
  const error = { message: "", start: 9, end: 18, suggestion: null };
  it("is unfinished where the error lies at its end, and wrong where more follows", () => {
    expect(isUnfinished(error, "http and response.")).toBe(true);
    expect(isUnfinished(error, "http and response.  ")).toBe(true);
    expect(isUnfinished(error, "http and response. >= 5")).toBe(false);
  });
  it("is completed rather than complained about where the cursor stands in the error", () => {
    expect(isAtCaret(error, 12)).toBe(true);
    expect(isAtCaret(error, 20)).toBe(false);
  });
});
