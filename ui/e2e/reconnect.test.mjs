// The aggregator dies and comes back: the page says so, goes on by itself, and shows each entry once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Aggregator } from "./support/aggregator.mjs";
import { launch, Reader } from "./support/browser.mjs";

let aggregator;
let browser;

before(async () => {
  [aggregator, browser] = await Promise.all([Aggregator.open(), launch()]);
  await aggregator.feed("http1/concurrent-8.pcap");
});
after(async () => {
  await browser?.close();
  await aggregator?.close();
});

test("a page that stays open outlives the aggregator's death without a gap and without a row twice", async () => {
  const reader = await Reader.open(browser, aggregator);
  const before = (await aggregator.get("entries/count")).total;
  await reader.untilShown(before);
  await aggregator.restart(async () => {
    await reader.page.getByRole("status").filter({ hasText: "Connection lost" }).waitFor();
    await reader.page.getByText("Not connected").waitFor();
  });
  await aggregator.feed("http1/pipelined-30.pcap");
  const after = (await aggregator.get("entries/count")).total;
  assert.ok(after > before);
  await reader.untilShown(after);
  assert.equal(await reader.page.getByText("Connection lost").count(), 0);
  const ids = await reader.rows.evaluateAll((rows) => rows.map((row) => row.dataset.id));
  assert.equal(new Set(ids).size, ids.length);
  await reader.close();
});
