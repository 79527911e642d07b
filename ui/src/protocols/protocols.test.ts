import { describe, expect, it } from "vitest";
import type { EntryDetail, MessageDetail, NameValue } from "../api/types.ts";
import { entry } from "../live/entry.fixture.ts";
import { grpcurl } from "./grpc/copy.ts";
import { methodLine } from "./grpc/line.ts";
import { curl, fetchCall, shellQuote, urlOf } from "./http/copy.ts";
import { viewOf } from "./index.ts";

const field = (name: string, value: string): NameValue => ({ name, value, redacted: false, path: "" });

function detail(headers: NameValue[], details: NameValue[], body = "", summary = {}): EntryDetail {
  const request: MessageDetail = {
    first: "",
    last: "",
    wire_len: 0,
    details,
    headers,
    trailers: [],
    cookies: [],
    query: [],
    form: [],
    grpc: [],
    body: {
      len: body.length,
      sent_len: body.length,
      kept_len: body.length,
      truncated: false,
      encoded: false,
      content_type: "",
      content_encoding: "",
      format: "utf8",
      data: body,
    },
  };
  return {
    summary: entry(1, summary),
    request,
    response: null,
    timing: { request_first_us: null, request_last_us: null, response_first_us: null, response_last_us: null },
    gap_bytes: 0,
    worker: "",
    interface: "",
    direction: "local",
    leg: "direct",
    trace_id: "",
  };
}

describe("copy as cURL", () => {
  it("names the host that was asked, not the address that answered", () => {
    const call = detail(
      [field("Host", "shop.test"), field("accept", "*/*")],
      [field("Method", "GET"), field("Target", "/a?b=c d")],
    );
    expect(curl(call)).toBe("curl 'http://shop.test/a?b=c d' \\\n  -H 'accept: */*'");
  });
  it("sends the body as it was, and no header that curl writes by itself", () => {
    const call = detail(
      [field("host", "x"), field("content-length", "9"), field("content-type", "application/json")],
      [field("Method", "PUT"), field("Target", "/p")],
      `{"a":"it's"}`,
    );
    expect(curl(call)).toBe(
      `curl http://x/p \\\n  -X PUT \\\n  -H 'content-type: application/json' \\\n  --data-raw '{"a":"it'\\''s"}'`,
    );
  });
  it("leaves out -X where curl would say the same", () => {
    const post = detail([field("host", "x")], [field("Method", "POST"), field("Target", "/")], "a=1");
    expect(curl(post)).toBe("curl http://x/ \\\n  --data-raw a=1");
    expect(curl(detail([], [field("Method", "HEAD"), field("Target", "/")]))).toContain("--head");
  });
  it("falls back to the server's address, in brackets where that is IPv6", () => {
    const call = detail([], [field("Target", "/")]);
    call.summary.dst = { ...call.summary.dst, ip: "fd00::1", port: 8080 };
    expect(urlOf(call)).toBe("http://[fd00::1]:8080/");
  });
  it("quotes what a shell would read", () => {
    for (const [text, quoted] of [
      ["plain/path-1", "plain/path-1"],
      ["$HOME", "'$HOME'"],
      ["", "''"],
      ["a'b", "'a'\\''b'"],
    ]) {
      expect(shellQuote(text ?? "")).toBe(quoted);
    }
  });
});

describe("copy as fetch", () => {
  it("is a call that a console runs", () => {
    const call = detail(
      [field("host", "x"), field("accept", "a")],
      [field("Method", "POST"), field("Target", "/")],
      "b",
    );
    const text = fetchCall(call);
    expect(text.startsWith('await fetch("http://x/", {')).toBe(true);
    expect(JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1))).toEqual({
      method: "POST",
      headers: [["accept", "a"]],
      body: "b",
    });
  });
});

describe("gRPC", () => {
  it("reads the package second", () => {
    expect(methodLine("/shop.carts.v1.Carts/GetCart")).toEqual({
      before: "shop.carts.v1.",
      main: "Carts/GetCart",
      after: "",
    });
    expect(methodLine("Carts/GetCart")).toEqual({ before: "", main: "Carts/GetCart", after: "" });
  });
  it("is copied as grpcurl with its metadata", () => {
    const call = detail([field("content-type", "application/grpc"), field("x-user", "7")], [], "", {
      protocol: "grpc",
      summary: "/a.B/C",
    });
    expect(grpcurl(call)).toBe("grpcurl -plaintext \\\n  -H 'x-user: 7' \\\n  -d '{}' \\\n  10.0.0.1:80 \\\n  a.B/C");
  });
  it("shows OK as a word and an error as its number, whose name stands in the line", () => {
    const failed = entry(1, { protocol: "grpc", status: 14, status_text: "UNAVAILABLE", summary: "/a.B/C" });
    const view = viewOf(failed);
    expect(view.status(failed)).toBe("14");
    expect(view.line(failed).after).toBe(" · UNAVAILABLE");
    expect(view.status(entry(1, { protocol: "grpc", status: 0, status_text: "OK" }))).toBe("OK");
  });
});

describe("a protocol's view", () => {
  it("is GraphQL's where an HTTP call carries an operation", () => {
    expect(viewOf(entry(1, { graphql: "query" })).label(entry(1))).toBe("GraphQL");
  });
  it("is a plain one for a protocol that the page does not know", () => {
    const strange = entry(1, { protocol: "smtp" });
    expect(viewOf(strange).label(strange)).toBe("smtp");
  });
  it("says which way a WebSocket message went", () => {
    const message = entry(1, { protocol: "websocket", message_direction: "s2c" });
    expect(viewOf(message).verb(message)).toBe("↓");
  });
});
