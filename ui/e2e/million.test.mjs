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
  // The main thread's own CPU time: what it takes to scroll, however busy the machine is with other things.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const heapBefore = await heap();
  const busyBefore = await busy();
  const { frames, most } = await reader.page.evaluate(async () => {
    const grid = document.querySelector("[role=grid]");
    grid.scrollTop = grid.scrollHeight / 3;
    let most = 0;
    const frames = 120;
    for (let frame = 0; frame < frames; frame += 1) {
      grid.scrollTop += 240;
      await new Promise(requestAnimationFrame);
      most = Math.max(most, document.querySelectorAll("[role=row]").length);
    }
    return { frames, most };
  });
  const each = ((await busy()) - busyBefore) / frames;
  const grown = (await heap()) - heapBefore;
  assert.ok(most <= MOST_ROWS, `${most} rows`);
  assert.ok(grown < 50e6, `the heap grew by ${grown} bytes`);
  assert.ok(each <= 20, `a frame takes ${each.toFixed(1)} ms of the main thread; 50 frames a second leave 20`);
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
