// Who may see what was captured: nobody without the token, and no page of another origin.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { Aggregator, TOKEN } from "./support/aggregator.mjs";
import { launch, Reader } from "./support/browser.mjs";

let aggregator;
let routes;

before(async () => {
  aggregator = await Aggregator.open();
  await aggregator.feed("http1/concurrent-8.pcap");
  const { paths } = await aggregator.get("openapi.json");
  const { entries } = await aggregator.get("entries?limit=1");
  const filled = Object.keys(paths).map((path) => path.replace("{id}", entries[0].id).replace("{side}", "request"));
  routes = [...filled, "/", "/mizu", "/mizu/coverage", "/mizu/theme.js", "/api/nothing"];
});
after(() => aggregator?.close());

/** The status of a request with exactly these headers; fetch would set Host and Origin by itself. */
function statusOf(path, headers) {
  const { hostname, port } = aggregator.page;
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path, headers: { host: aggregator.page.host, ...headers } }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      done(response.statusCode);
    });
    sent.on("error", failed);
    sent.end();
  });
}

const UPGRADE = {
  connection: "upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const forRoute = (path) => (path === "/api/live" ? UPGRADE : {});
const bearer = { authorization: `Bearer ${TOKEN}` };

test("every route needs the token", async () => {
  for (const path of routes) {
    assert.equal(await statusOf(path, forRoute(path)), 401, path);
    assert.equal(
      await statusOf(path, { ...forRoute(path), authorization: "Bearer wrong-0123456789abcdef" }),
      401,
      path,
    );
    assert.equal(await statusOf(path, { ...forRoute(path), cookie: "mizu_token=wrong-0123456789abcdef" }), 401, path);
  }
});

test("every route refuses a foreign Host and a foreign Origin, even with the token", async () => {
  for (const path of routes) {
    for (const headers of [{ host: "evil.example" }, { origin: "http://evil.example" }, { origin: "null" }]) {
      assert.equal(
        await statusOf(path, { ...forRoute(path), ...bearer, ...headers }),
        403,
        `${path} ${JSON.stringify(headers)}`,
      );
    }
  }
});

test("with the token every route of the contract answers", async () => {
  for (const path of routes.filter((path) => path !== "/api/nothing")) {
    const status = await statusOf(path, { ...forRoute(path), ...bearer });
    assert.ok([101, 200, 303, 307, 308].includes(status), `${path}: ${status}`);
  }
});

test("a browser without the cookie is told how to get it and sees nothing", async () => {
  const browser = await launch();
  try {
    const page = await (await browser.newContext()).newPage();
    const response = await page.goto(aggregator.address());
    assert.equal(response.status(), 401);
  } finally {
    await browser.close();
  }
});

test("the token goes out of the address at once, and into a cookie that scripts cannot read", async () => {
  const browser = await launch();
  try {
    const reader = await Reader.open(browser, aggregator);
    await reader.rows.first().waitFor();
    assert.doesNotMatch(reader.page.url(), /token/);
    assert.equal(await reader.page.evaluate(() => document.cookie), "");
    await reader.close();
  } finally {
    await browser.close();
  }
});
