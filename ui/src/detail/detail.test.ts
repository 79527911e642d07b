import { describe, expect, it } from "vitest";
import type { BodyView } from "../api/types.ts";
import { entry } from "../live/entry.fixture.ts";
import { formsOf, indent } from "./bodyForms.ts";
import { bytesOf, hexLines } from "./bytes.ts";
import { phases, spanOf } from "./phases.ts";
import { traceBars } from "./trace.ts";
import { jsonNode, linesOf, protobufLine, protobufNode } from "./tree.ts";

const body = (data: string, more: Partial<BodyView> = {}): BodyView => ({
  len: data.length,
  sent_len: data.length,
  kept_len: data.length,
  truncated: false,
  encoded: false,
  content_type: "application/json",
  content_encoding: "",
  format: "utf8",
  data,
  ...more,
});

describe("a body", () => {
  it("that is JSON is a tree at first", () => {
    expect(formsOf(body('{"a":[1,{"b":null}]}')).forms).toEqual(["tree", "pretty", "raw", "hex"]);
  });
  it("that is cut JSON is indented as far as it goes", () => {
    const forms = formsOf(body('{"a":[1,{"b":"x', { truncated: true }));
    expect(forms.forms[0]).toBe("pretty");
    expect(forms.pretty).toBe('{\n  "a": [\n    1,\n    {\n      "b": "x');
  });
  it("that is text is shown as it is, one that is bytes as hex", () => {
    expect(formsOf(body("plain", { content_type: "text/plain" })).forms).toEqual(["raw", "hex"]);
    expect(formsOf(body("AAEC", { format: "base64" })).forms).toEqual(["hex"]);
    expect(formsOf(body("", {})).forms).toEqual(["hex"]);
  });
  it("keeps braces inside strings when it is indented", () => {
    expect(indent('{"a":"}{,:"}')).toBe('{\n  "a": "}{,:"\n}');
    expect(JSON.parse(indent('{"a":[{"b":[]}],"c":{}}'))).toEqual({ a: [{ b: [] }], c: {} });
  });
});

describe("a tree", () => {
  const root = jsonNode({ order: { id: "x", items: [{ sku: 1 }, { sku: 2 }] }, "a b": true });
  it("names each line by its path", () => {
    expect(linesOf(root, new Set()).map((line) => line.path)).toEqual([
      "$",
      "$.order",
      "$.order.id",
      "$.order.items",
      '$["a b"]',
    ]);
  });
  it("closes and opens by path", () => {
    expect(linesOf(root, new Set(["$.order"])).map((line) => line.path)).toEqual(["$", "$.order", '$["a b"]']);
    expect(linesOf(root, new Set(["$.order.items"])).map((line) => line.path)).toContain("$.order.items[1]");
  });
  it("of a protobuf message has field numbers and wire types", () => {
    const fields = [
      { number: 1, kind: "string", value: "03fef6ac", fields: [] },
      {
        number: 2,
        kind: "message",
        value: "",
        fields: [{ number: 1, kind: "varint", value: "4", fields: [] }],
      },
    ];
    expect(protobufLine(fields)).toBe('1: "03fef6ac", 2: {1: 4}');
    expect(linesOf(protobufNode(fields), new Set()).map((line) => `${line.node.label} ${line.node.note}`)).toEqual([
      " ",
      "1 string",
      "2 message",
      "1 varint",
    ]);
  });
});

describe("hex", () => {
  it("has sixteen bytes a line and text beside them", () => {
    const lines = hexLines(bytesOf(body("SFRUUC8xLjEgNTAwIEludA0K", { format: "base64" })));
    expect(lines).toEqual([
      { offset: "0000", hex: "48 54 54 50 2f 31 2e 31 20 35 30 30 20 49 6e 74", text: "HTTP/1.1 500 Int" },
      { offset: "0010", hex: "0d 0a".padEnd(47), text: ".." },
    ]);
  });
});

describe("the phases of a call", () => {
  it("follow each other from the first byte to the last", () => {
    const timing = {
      request_first_us: 0,
      request_last_us: 400,
      response_first_us: 1_239_400,
      response_last_us: 1_243_000,
    };
    const found = phases(timing, "orders", null);
    expect(found.map(({ kind, length }) => `${kind} ${length}`)).toEqual(["send 400", "wait 1239000", "receive 3600"]);
    expect(spanOf(found)).toBe(1_243_000);
  });
  it("are only those that were captured", () => {
    const none = {
      request_first_us: null,
      request_last_us: null,
      response_first_us: null,
      response_last_us: null,
    };
    expect(phases(none, "x", null)).toEqual([]);
    expect(phases({ ...none, request_first_us: 0, request_last_us: 5 }, "x", 100).map((phase) => phase.kind)).toEqual([
      "send",
      "unanswered",
    ]);
  });
  it("have no negative wait where a server answers early", () => {
    const early = {
      request_first_us: 0,
      request_last_us: 900,
      response_first_us: 500,
      response_last_us: 950,
    };
    expect(phases(early, "x", null).find((phase) => phase.kind === "wait")?.length).toBe(0);
  });
});

describe("the calls of a trace", () => {
  const at = (ms: number) => new Date(1_764_000_000_000 + ms).toISOString();
  const call = entry(1, { timestamp: at(0), elapsed_us: 100_000 });
  it("are bars against the time of the call that is looked at, in the order in which they began", () => {
    const bars = traceBars(
      call,
      [
        call,
        entry(2, { timestamp: at(50), elapsed_us: 25_000 }),
        entry(3, { timestamp: at(10), elapsed_us: null, outcome: "no_reply" }),
        entry(4, { timestamp: at(500), elapsed_us: 1_000 }),
      ],
      100_000,
    );
    expect(bars.map(({ entry: other, left, width }) => [other.id, left, width])).toEqual([
      ["3", 10, 90],
      ["2", 50, 25],
    ]);
  });
});
