// axe looks at every screen in both themes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Aggregator } from "./support/aggregator.mjs";
import { launch, Reader } from "./support/browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let full;
let empty;
let browser;

before(async () => {
  [full, empty, browser] = await Promise.all([Aggregator.open(), Aggregator.open(), launch()]);
  for (const capture of [
    "http1/curl-node-mixed.pcap",
    "grpc/python-unary-streams-errors.pcap",
    "websocket/py-plain-fragments.pcap",
  ])
    await full.feed(capture);
});
after(async () => {
  await browser?.close();
  await full?.close();
  await empty?.close();
});

const SCREENS = [
  { name: "traffic", path: "", ready: (reader) => reader.rows.first().waitFor() },
  {
    name: "traffic with the response of an entry",
    path: "?query=http",
    ready: async (reader) => {
      await reader.rows.first().click();
      await reader.detail.getByText("Headers").first().waitFor();
    },
  },
  {
    name: "traffic with messages",
    path: "?query=grpc",
    ready: async (reader) => {
      await reader.rows.first().click();
      await reader.tab(/^Messages/).click();
      await reader.detail.getByRole("tree").waitFor();
    },
  },
  {
    name: "traffic with timing, side by side width",
    path: "?query=http",
    width: 2560,
    ready: async (reader) => {
      await reader.rows.first().click();
      await reader.tab("Request + Response").waitFor();
      await reader.tab("Timing").click();
    },
  },
  {
    name: "traffic with a wrong filter",
    path: "",
    ready: async (reader) => {
      await reader.filter.fill("http and respnse.status >= 500");
      await reader.page.getByRole("alert").waitFor();
    },
  },
  {
    name: "traffic with a range and the completion",
    path: "?from=2020-01-01T00:00:00Z",
    ready: async (reader) => {
      await reader.rows.first().waitFor();
      await reader.filter.pressSequentially("response.");
      await reader.page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "help",
    path: "",
    ready: async (reader) => {
      await reader.rows.first().waitFor();
      await reader.page.keyboard.press("?");
      await reader.page.getByRole("dialog").getByText("Fields", { exact: true }).waitFor();
    },
  },
  {
    name: "nothing matches",
    path: "?query=grpc+and+response.status+%3D%3D+599",
    ready: (reader) => reader.page.getByText("Nothing matches").waitFor(),
  },
  { name: "coverage", path: "/coverage", ready: (reader) => reader.page.getByRole("table").waitFor() },
  {
    name: "no traffic yet",
    empty: true,
    path: "",
    ready: (reader) => reader.page.getByText("No traffic yet").waitFor(),
  },
  {
    name: "nobody captures",
    empty: true,
    path: "/coverage",
    ready: (reader) => reader.page.getByText("Nobody captures yet").waitFor(),
  },
  { name: "no such screen", path: "/nowhere", ready: (reader) => reader.page.getByText("No such screen").waitFor() },
];

for (const theme of ["light", "dark"]) {
  for (const screen of SCREENS) {
    test(`axe finds no serious fault: ${screen.name}, ${theme}`, async () => {
      const aggregator = screen.empty ? empty : full;
      // Without motion, so that no colour is judged on its way from one state to the next.
      const reader = await Reader.open(browser, aggregator, {
        path: screen.path,
        theme,
        width: screen.width ?? 1440,
        motion: "reduce",
      });
      await screen.ready(reader);
      // A script element would be refused by the page's own policy, and rightly so.
      await reader.page.evaluate(axe);
      const { violations } = await reader.page.evaluate(() =>
        globalThis.axe.run(document, { resultTypes: ["violations"] }),
      );
      const serious = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(
          ({ id, help, nodes }) =>
            `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join("\n")}`,
        );
      assert.deepEqual(serious, []);
      await reader.close();
    });
  }
}
