// `mizu demo` as a newcomer runs it: the page shows the shop's calls of each protocol, by the names of its services.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Reader } from "./support/browser.mjs";
import { Demo } from "./support/demo.mjs";

let demo;
let browser;

before(async () => {
  [demo, browser] = await Promise.all([Demo.open(), launch()]);
});
after(async () => {
  await browser?.close();
  await demo?.close();
});

test("the demo's entries of each protocol appear, named after the services, and go on appearing", async () => {
  const reader = await Reader.open(browser, demo);
  for (const [filter, label] of [
    ["http", "HTTP"],
    ["http2", "HTTP/2"],
    ["grpc", "gRPC"],
    ["graphql", "GraphQL"],
    ["websocket", "WS"],
  ]) {
    await reader.apply(filter);
    await reader.rows.getByText(label, { exact: true }).first().waitFor();
  }
  await reader.apply('dst.name == "catalogue"');
  await reader.rows.getByText("catalogue").first().waitFor();
  const shown = await reader.shown();
  await reader.until((before) => {
    const text = /([\d,]+) shown of/.exec(document.querySelector("footer")?.textContent ?? "")?.[1] ?? "0";
    return Number(text.replaceAll(",", "")) > before;
  }, shown);
  const ids = await reader.rows.evaluateAll((rows) => rows.map((row) => row.dataset.id));
  assert.equal(new Set(ids).size, ids.length);
  await reader.page.getByText("Live", { exact: true }).waitFor();
  await reader.close();
});

test("the coverage screen says who captures and that nothing was lost without a word", async () => {
  const reader = await Reader.open(browser, demo, { path: "/coverage" });
  await reader.page
    .getByRole("table")
    .getByRole("img", { name: /Delivering: yes/ })
    .waitFor();
  await reader.page.getByRole("complementary", { name: "Ledger" }).getByText("Calls read").waitFor();
  await reader.close();
});
