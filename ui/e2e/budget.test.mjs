// What a browser has to load before it shows the page, as it comes over the wire.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { page } from "./support/binaries.mjs";

const BUDGET = 250 * 1024;

test("the first load is at most 250 KiB of gzip, all of it from our own files", async () => {
  const html = await readFile(join(page, "index.html"), "utf8");
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  assert.ok(
    addresses.some((address) => address.endsWith(".js")) && addresses.some((address) => address.endsWith(".css")),
  );
  const sizes = { "index.html": gzipSync(html).length };
  for (const address of addresses) {
    assert.ok(address.startsWith("/mizu/"), `${address} is not ours`);
    sizes[address] = gzipSync(await readFile(join(page, address.slice("/mizu/".length)))).length;
  }
  const sum = Object.values(sizes).reduce((total, size) => total + size, 0);
  assert.ok(sum <= BUDGET, `${sum} bytes: ${JSON.stringify(sizes, null, 2)}`);
});

test("the page has no script and no style in its own text, so that the policy can forbid both", async () => {
  const html = await readFile(join(page, "index.html"), "utf8");
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|\sstyle=/);
});
