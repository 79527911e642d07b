import { describe, expect, it } from "vitest";
import { excludes, includes, narrow, terms } from "./clickFilter.ts";
import { lex } from "./lexer.ts";

const FILTERS = [
  "",
  "http and response.status >= 500",
  'dst.name == "or" or grpc',
  'request.headers["accept"] =~ r"application/.*"',
  'not (request.path.startsWith("/a b\\"c"))',
  '"never closed',
  "elapsedTime > 250ms && 4xx || ¿",
];

describe("the colours of a filter", () => {
  it("leave its text as it is", () => {
    for (const filter of FILTERS)
      expect(
        lex(filter)
          .map((token) => token.text)
          .join(""),
        filter,
      ).toBe(filter);
  });
  it("tell words, paths, functions and values apart", () => {
    const kinds = lex('http and request.path.startsWith("/") and response.status >= 500')
      .filter((token) => token.kind !== "space")
      .map((token) => `${token.kind} ${token.text}`);
    expect(kinds).toEqual([
      "keyword http",
      "keyword and",
      "path request",
      "path .",
      "path path",
      "path .",
      "function startsWith",
      "other (",
      'string "/"',
      "other )",
      "keyword and",
      "path response",
      "path .",
      "path status",
      "operator >=",
      "number 500",
    ]);
  });
});

describe("a click on a value", () => {
  it("adds a term, quoted as the language reads it", () => {
    expect(narrow("", includes({ path: "dst.name", value: 'a"b\\c' }))).toBe('dst.name == "a\\"b\\\\c"');
    expect(narrow("http", includes({ path: "response.status", value: 500 }))).toBe("http and response.status == 500");
  });
  it("keeps what an or at the top means", () => {
    expect(narrow("http or grpc", "status == 1")).toBe("(http or grpc) and status == 1");
    expect(narrow("(http or grpc) and a == 1", "b == 2")).toBe("(http or grpc) and a == 1 and b == 2");
    expect(narrow('dst.name == "x or y"', "b == 2")).toBe('dst.name == "x or y" and b == 2');
  });
  it("twice changes nothing", () => {
    const once = narrow("http", "a == 1");
    expect(narrow(once, "a == 1")).toBe(once);
  });
  it("that excludes keeps the entries that lack the field", () => {
    expect(excludes({ path: 'request.headers["x"]', value: "1" })).toBe('not (request.headers["x"] == "1")');
    expect(excludes({ path: "dst.name", value: "a" })).toBe('dst.name != "a"');
  });
});

describe("the terms of a filter", () => {
  it("are what stands side by side under and", () => {
    expect(terms('http and (a == 1 and b == 2) && dst.name == "x and y"')).toEqual([
      "http",
      "(a == 1 and b == 2)",
      'dst.name == "x and y"',
    ]);
    expect(terms("a or b and c")).toEqual(["a or b and c"]);
  });
});
