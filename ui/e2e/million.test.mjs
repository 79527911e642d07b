// A million stored entries: the list reaches all of them with few rows in the document, and stays quick.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Aggregator } from "./support/aggregator.mjs";
import { launch, Reader } from "./support/browser.mjs";
import { writeCalls } from "./support/capture.mjs";

const CALLS = 1_000_000;
const MOST_ROWS = 150;

let aggregator;
let browser;

before(
  async () => {
    [aggregator, browser] = await Promise.all([Aggregator.open({ limit: "4GB" }), launch()]);
    const file = join(aggregator.folder, "calls.pcap");
    await writeCalls(file, { count: CALLS, from: Date.now() - 3_600_000, every: 3_500 });
    await aggregator.feed(file);
    await rm(file);
  },
  { timeout: 580_000 },
);
after(async () => {
  await browser?.close();
  await aggregator?.close();
});

const rowsInDocument = (reader) => reader.page.locator("[role=row]").count();

/** The row in the middle of what is in sight: its place and its path. */
async function middle(reader) {
  await reader.until(() => document.querySelectorAll("[role=row][data-id]").length > 10);
  return reader.page.evaluate(() => {
    const grid = document.querySelector("[role=grid]").getBoundingClientRect();
    const row = document.elementFromPoint(grid.x + 300, grid.y + grid.height / 2).closest("[role=row]");
    return { rank: Number(row.ariaRowIndex) - 2, text: row.querySelector("[data-column=summary]").textContent };
  });
}

test("a million entries scroll to any place with at most 150 rows in the document", async () => {
  assert.equal((await aggregator.get("entries/count")).total, CALLS);
  const reader = await Reader.open(browser, aggregator, { width: 2560, height: 1440 });
  await reader.untilShown(CALLS);
  let most = await rowsInDocument(reader);
  for (const place of [0, 0.25, 0.5, 0.9, 0.123456, 1]) {
    await reader.page.evaluate((share) => {
      const grid = document.querySelector("[role=grid]");
      grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
    }, place);
    await reader.until(() => {
      const grid = document.querySelector("[role=grid]").getBoundingClientRect();
      return Boolean(document.elementFromPoint(grid.x + 300, grid.y + grid.height / 2)?.closest("[role=row][data-id]"));
    });
    const row = await middle(reader);
    // Rows are in the order of capture, so the one at a rank is the call of that number, but for batches side by side.
    const number = Number(/\/calls\/(\d+)/.exec(row.text)[1]);
    assert.ok(Math.abs(number - row.rank) < 5_000, `rank ${row.rank} shows call ${number}`);
    assert.ok(Math.abs(row.rank / CALLS - place) < 0.01, `${place} led to rank ${row.rank}`);
    most = Math.max(most, await rowsInDocument(reader));
  }
  assert.ok(most <= MOST_ROWS, `${most} rows`);
  await reader.close();
});

test("scrolling through a million entries is smooth and needs no memory that grows", async () => {
  const reader = await Reader.open(browser, aggregator);
  await reader.untilShown(CALLS);
  const devtools = await reader.context.newCDPSession(reader.page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize;
  };
  const before = await heap();
  const { frames, most } = await reader.page.evaluate(async () => {
    const grid = document.querySelector("[role=grid]");
    grid.scrollTop = grid.scrollHeight / 3;
    const begun = performance.now();
    let frames = 0;
    let most = 0;
    while (performance.now() - begun < 3_000) {
      grid.scrollTop += 240;
      await new Promise(requestAnimationFrame);
      frames += 1;
      most = Math.max(most, document.querySelectorAll("[role=row]").length);
    }
    return { frames: frames / 3, most };
  });
  const grown = (await heap()) - before;
  assert.ok(most <= MOST_ROWS, `${most} rows`);
  assert.ok(grown < 50e6, `the heap grew by ${grown} bytes`);
  // Two shared cores draw in software here; a list that paints all its rows manages one or two frames a second.
  assert.ok(frames >= 15, `${frames.toFixed(1)} frames a second`);
  await reader.close();
});

test("a filter over a million entries and a link to one of them are answered", async () => {
  const reader = await Reader.open(browser, aggregator);
  await reader.untilShown(CALLS);
  await reader.apply("response.status == 500");
  await reader.untilShown(CALLS / 1000);
  const { entries } = await aggregator.get("entries?offset=500000&limit=1");
  await reader.page.goto(aggregator.address(`?entry=${entries[0].id}`));
  await reader.selected.waitFor();
  assert.equal(await reader.selected.getAttribute("aria-rowindex"), "500002");
  await reader.close();
});
