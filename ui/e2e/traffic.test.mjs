// The traffic screen in a real browser, on a real aggregator that real sidecars deliver captures to.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Aggregator } from "./support/aggregator.mjs";
import { launch, Reader } from "./support/browser.mjs";

const CAPTURES = [
  "http1/curl-node-mixed.pcap",
  "http1/graphql-node.pcap",
  "http2/curl-prior-knowledge-node.pcap",
  "grpc/python-unary-streams-errors.pcap",
  "websocket/py-plain-fragments.pcap",
];

let aggregator;
let browser;

before(async () => {
  [aggregator, browser] = await Promise.all([Aggregator.open({ source: "file" }), launch()]);
});
after(async () => {
  await browser?.close();
  await aggregator?.close();
});

/** Opens a page for one test and closes it, which looks for faults. */
async function reading(options, use) {
  const reader = await Reader.open(browser, aggregator, options);
  let done = false;
  try {
    await use(reader);
    done = true;
  } finally {
    if (done) await reader.close();
    else await reader.context.close();
  }
}

test("an empty list says why it is empty and what to type next", () =>
  reading({}, async (reader) => {
    await reader.page.getByRole("heading", { name: "No traffic yet" }).waitFor();
    assert.match(await reader.page.getByRole("main").textContent(), /mizu (tap|demo|view)/);
  }));

test("entries of each protocol appear on an open page, without a reload", () =>
  reading({}, async (reader) => {
    await reader.page.getByRole("heading", { name: "No traffic yet" }).waitFor();
    for (const capture of CAPTURES) await aggregator.feed(capture);
    const { total } = await aggregator.get("entries/count");
    await reader.untilShown(total);
    for (const [macro, label] of [
      ["http", "HTTP"],
      ["http2", "HTTP/2"],
      ["grpc", "gRPC"],
      ["graphql", "GraphQL"],
      ["websocket", "WS"],
    ]) {
      await reader.apply(macro);
      await reader.rows.getByText(label, { exact: true }).first().waitFor();
    }
  }));

test("the list shows as many rows as the store counts, in order and each once", () =>
  reading({}, async (reader) => {
    const { total } = await aggregator.get("entries/count");
    await reader.untilShown(total);
    const seen = new Set();
    await reader.page.getByRole("grid").focus();
    await reader.page.keyboard.press("Home");
    await reader.until(
      () => document.querySelector("[role=row][aria-selected=true]")?.getAttribute("aria-rowindex") === "2",
    );
    for (;;) {
      // One look: the rows of two looks may differ, since they are drawn as they arrive.
      const rows = await reader.rows.evaluateAll((rows) =>
        rows.map((row) => ({ id: row.dataset.id, rank: Number(row.ariaRowIndex) })),
      );
      const ids = rows.toSorted((a, b) => a.rank - b.rank).map((row) => row.id);
      const sorted = ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
      assert.deepEqual(new Set(ids).size, ids.length, "no row twice");
      assert.deepEqual(ids, sorted, "ranks follow ids");
      for (const id of ids) seen.add(id);
      const selected = Number(await reader.selected.getAttribute("aria-rowindex"));
      if (selected === total + 1) break;
      await reader.page.keyboard.press("PageDown");
      await reader.until((from) => {
        const row = document.querySelector("[role=row][aria-selected=true]");
        return row !== null && Number(row.getAttribute("aria-rowindex")) > from;
      }, selected);
    }
    assert.equal(seen.size, total);
  }));

test("a filter narrows the list on Enter, an error marks its place, offers the nearest name and leaves the list", () =>
  reading({}, async (reader) => {
    await reader.apply("grpc");
    const shown = await reader.shown();
    const { matched } = await aggregator.get("entries/count?query=grpc");
    assert.equal(shown, matched);
    await reader.filter.fill("http and respnse.status >= 500");
    await reader.page
      .getByRole("alert")
      .getByText(/column 10/)
      .waitFor();
    await reader.filter.press("Escape");
    await reader.filter.press("Enter");
    assert.equal(await reader.shown(), shown, "the last list that worked stays");
    assert.equal(new URL(reader.page.url()).searchParams.get("query"), "grpc");
    await reader.page.getByRole("alert").getByRole("button").click();
    assert.match(await reader.filter.inputValue(), /response/);
  }));

test("a draft says how many it would show before it is applied", () =>
  reading({}, async (reader) => {
    const { matched } = await aggregator.get(`entries/count?query=${encodeURIComponent("response.status >= 400")}`);
    await reader.filter.fill("response.status >= 400");
    await reader.page.getByText(`${matched} match`).waitFor();
    assert.equal(new URL(reader.page.url()).searchParams.get("query"), null);
  }));

test("completion offers fields by name and values with their counts", () =>
  reading({}, async (reader) => {
    await reader.filter.click();
    await reader.filter.pressSequentially("http and response.st");
    await reader.page.getByRole("option", { name: /response\.status/ }).waitFor();
    await reader.page.keyboard.press("Tab");
    assert.match(await reader.filter.inputValue(), /response\.status/);
    await reader.filter.fill("");
    await reader.filter.pressSequentially("method == ");
    await reader.page.getByRole("option", { name: /"GET"/ }).waitFor();
  }));

test("a row opens in the detail with request, response and body; + narrows the filter, Back undoes", () =>
  reading({ path: "?query=http" }, async (reader) => {
    await reader.rows.first().waitFor();
    await reader.rows.filter({ hasText: "200" }).first().click();
    await reader.detail.waitFor();
    await reader.tab("Request").click();
    await reader.detail.getByText("Method", { exact: true }).waitFor();
    await reader.tab("Response").click();
    await reader.detail.getByText("Headers").waitFor();
    const status = reader.detail.getByRole("listitem").filter({ hasText: /^Status2/ });
    await status.hover();
    await status.getByRole("button", { name: "Include Status" }).click();
    await reader.until(() => new URL(location.href).searchParams.get("query") === "http and response.status == 200");
    await reader.settled();
    const query = encodeURIComponent("http and response.status == 200");
    const { matched } = await aggregator.get(`entries/count?query=${query}`);
    await reader.untilShown(matched);
    await reader.page.goBack();
    await reader.until(() => new URL(location.href).searchParams.get("query") === "http");
  }));

test("the messages of a gRPC stream are in its detail", () =>
  reading({ path: "?query=grpc" }, async (reader) => {
    await reader.rows.filter({ hasText: "stream" }).first().click();
    await reader.tab(/^Messages/).click();
    const messages = reader.detail.getByRole("button", { name: /Sent|Received/ });
    await messages.nth(2).waitFor();
    await reader.detail.getByRole("tree").waitFor();
  }));

test("the messages of a WebSocket are in the detail of each of them", () =>
  reading({ path: "?query=websocket" }, async (reader) => {
    await reader.rows.first().click();
    await reader.tab(/^Messages/).click();
    const { matched } = await aggregator.get("entries/count?query=websocket");
    assert.ok(matched > 1);
    await reader.detail
      .getByRole("button", { name: /^\d+ (Sent|Received)/ })
      .nth(1)
      .waitFor();
  }));

test("pause holds the list and counts what waits; going on shows it", () =>
  reading({}, async (reader) => {
    const { total } = await aggregator.get("entries/count");
    await reader.untilShown(total);
    await reader.page.getByRole("grid").focus();
    await reader.page.keyboard.press("Space");
    await reader.page.getByRole("button", { name: "Go on" }).waitFor();
    await aggregator.feed("http1/concurrent-8.pcap");
    const grown = (await aggregator.get("entries/count")).total;
    assert.ok(grown > total);
    await reader.page.getByText(`${grown - total} waiting`).waitFor();
    assert.equal(await reader.shown(), total);
    await reader.page.keyboard.press("Space");
    await reader.untilShown(grown);
  }));

test("a selection holds the list; what is new waits in the pill, and End follows again", () =>
  reading({}, async (reader) => {
    const { total } = await aggregator.get("entries/count");
    await reader.untilShown(total);
    await reader.rows.nth(3).click();
    const held = await reader.selected.getAttribute("data-id");
    const place = await reader.selected.boundingBox();
    await aggregator.feed("http1/concurrent-8.pcap");
    const grown = (await aggregator.get("entries/count")).total;
    await reader.page.getByRole("button", { name: `${grown - total} new` }).waitFor();
    assert.deepEqual(await reader.selected.boundingBox(), place, "nothing moved under the reader's eyes");
    assert.equal(await reader.selected.getAttribute("data-id"), held);
    await reader.page.getByRole("grid").focus();
    await reader.page.keyboard.press("End");
    await reader.untilShown(grown);
    await reader.until(() => {
      const grid = document.querySelector("[role=grid]");
      return grid !== null && grid.scrollHeight - grid.clientHeight - grid.scrollTop < 2;
    });
  }));

test("the address is the state: a link and a reload lead to the same filter, entry and tab", () =>
  reading({ path: "?query=http" }, async (reader) => {
    await reader.rows.nth(2).click();
    await reader.tab("Timing").click();
    await reader.until(() => location.search.includes("tab=timing"));
    const address = reader.page.url();
    const id = await reader.selected.getAttribute("data-id");
    await reader.page.reload();
    await reader.tab("Timing").and(reader.page.locator("[aria-selected=true]")).waitFor();
    assert.equal(await reader.selected.getAttribute("data-id"), id);
    assert.equal(await reader.filter.inputValue(), "http");
    const other = await Reader.open(browser, aggregator, { path: address.slice(aggregator.address().length) });
    await other.selected.waitFor();
    assert.equal(await other.selected.getAttribute("data-id"), id);
    await other.close();
  }));

test("an old entry's link is found in the middle of the list", () =>
  reading({}, async (reader) => {
    const { entries } = await aggregator.get("entries?offset=1&limit=1");
    await reader.page.goto(aggregator.address(`?entry=${entries[0].id}`));
    await reader.selected.waitFor();
    assert.equal(await reader.selected.getAttribute("data-id"), entries[0].id);
    assert.equal(await reader.selected.getAttribute("aria-rowindex"), "3");
  }));

test("the keyboard reaches all: rows, detail, tabs, screens, help", () =>
  reading({}, async (reader) => {
    const { keyboard } = reader.page;
    await reader.rows.first().waitFor();
    await keyboard.press("j");
    const newest = await reader.selected.getAttribute("data-id");
    await keyboard.press("k");
    await reader.until(
      (id) => document.querySelector("[role=row][aria-selected=true]")?.getAttribute("data-id") !== id,
      newest,
    );
    await keyboard.press("ArrowDown");
    assert.equal(await reader.selected.getAttribute("data-id"), newest);
    assert.equal(await reader.detail.count(), 0);
    await keyboard.press("Enter");
    await reader.detail.waitFor();
    const tab = await reader.page.locator("[role=tab][aria-selected=true]").textContent();
    await keyboard.press("]");
    await reader.until(
      (before) => document.querySelector("[role=tab][aria-selected=true]")?.textContent !== before,
      tab,
    );
    await keyboard.press("Escape");
    await reader.detail.waitFor({ state: "detached" });
    assert.equal(await reader.selected.count(), 1);
    await keyboard.press("Escape");
    await reader.until(() => document.querySelector("[role=row][aria-selected=true]") === null);
    await keyboard.press("?");
    await reader.page.getByRole("dialog", { name: "Keys and filter language" }).waitFor();
    await keyboard.press("Escape");
    await keyboard.press("g");
    await keyboard.press("c");
    await reader.page.getByRole("region", { name: "Each that captures" }).waitFor();
    await keyboard.press("g");
    await keyboard.press("t");
    await reader.rows.first().waitFor();
    await keyboard.press("/");
    assert.ok(await reader.filter.evaluate((input) => input === document.activeElement));
    await keyboard.type("j k g t");
    assert.equal(await reader.filter.inputValue(), "j k g t", "single keys are off while one types");
  }));

test("a drag in the strip chooses a range; the list, the address and the legend obey it", () =>
  reading({}, async (reader) => {
    await reader.rows.first().waitFor();
    const all = await reader.shown();
    const box = await reader.page.getByTestId("brush").boundingBox();
    await reader.page.mouse.move(box.x + 2, box.y + 20);
    await reader.page.mouse.down();
    await reader.page.mouse.move(box.x + box.width / 4, box.y + 20);
    await reader.page.mouse.move(box.x + box.width / 2, box.y + 20);
    await reader.page.mouse.up();
    await reader.until(() => new URL(location.href).searchParams.has("to"));
    await reader.settled();
    const params = new URL(reader.page.url()).searchParams;
    const { matched } = await aggregator.get(`entries/count?from=${params.get("from")}&to=${params.get("to")}`);
    await reader.untilShown(matched);
    assert.ok(matched < all);
    await reader.page.getByRole("slider", { name: "Start of range" }).press("Escape");
    await reader.untilShown(all);
  }));

test("the wheel zooms into the strip, and one button leads back", () =>
  reading({}, async (reader) => {
    await reader.rows.first().waitFor();
    const box = await reader.page.getByTestId("brush").boundingBox();
    await reader.page.mouse.move(box.x + box.width / 2, box.y + 20);
    await reader.page.mouse.wheel(0, -300);
    const whole = reader.page.getByRole("button", { name: "Whole time" });
    await whole.click();
    await whole.waitFor({ state: "detached" });
  }));

test("theme, rows and zone are the reader's own, and are kept over a reload", () =>
  reading({}, async (reader) => {
    const theme = () => reader.page.evaluate(() => document.documentElement.dataset.theme ?? "system");
    await reader.page.getByRole("button", { name: "Theme: system" }).click();
    await reader.page.getByRole("button", { name: "Theme: light" }).click();
    assert.equal(await theme(), "dark");
    await reader.page.getByRole("button", { name: /^More/ }).click();
    await reader.page.getByRole("menuitem", { name: /Comfortable rows/ }).click();
    await reader.page.reload();
    assert.equal(await theme(), "dark", "set before anything is painted");
    await reader.rows.first().waitFor();
    assert.equal((await reader.rows.first().boundingBox()).height, 32);
    assert.equal(new URL(reader.page.url()).search, "");
  }));

test("a filter that leaves nothing names the part that excludes most", () =>
  reading({}, async (reader) => {
    await reader.apply("grpc and response.status == 599");
    await reader.page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    const { matched } = await aggregator.get("entries/count?query=grpc");
    await reader.page
      .getByRole("listitem")
      .filter({ hasText: "Without response.status == 599" })
      .getByRole("button", { name: `${matched} calls` })
      .click();
    await reader.untilShown(matched);
  }));

test("copy as cURL makes a command that names the method, the address and the headers", () =>
  reading({ path: "?query=http" }, async (reader) => {
    await reader.rows.first().click();
    await reader.page.getByRole("button", { name: /^Copy this call/ }).click();
    await reader.page.getByRole("menuitem", { name: "Copy as cURL" }).click();
    const text = await reader.page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /^curl '?http:\/\//);
  }));
