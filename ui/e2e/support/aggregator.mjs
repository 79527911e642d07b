// A real aggregator with its engine, in a folder of its own, on ports that the system chose.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, captures, page } from "./binaries.mjs";
import { run, start } from "./processes.mjs";

export const TOKEN = "browser-tests-0123456789abcdef";

export class Aggregator {
  static async open({ limit = "2GB", source = "local" } = {}) {
    const aggregator = new Aggregator();
    aggregator.folder = await mkdtemp(join(tmpdir(), "mizu-page-"));
    aggregator.token = TOKEN;
    aggregator.limit = limit;
    aggregator.source = source;
    aggregator.tokenFile = join(aggregator.folder, "token");
    await writeFile(aggregator.tokenFile, TOKEN, { mode: 0o600 });
    await aggregator.start("127.0.0.1:0", "127.0.0.1:0");
    return aggregator;
  }

  async start(listen, ingest) {
    const args = ["serve", "--data", join(this.folder, "data"), "--listen", listen, "--ingest", ingest];
    this.process = await start(binary("mizu-aggregator"), [
      ...args,
      "--token-file",
      this.tokenFile,
      "--max-entries-db-size",
      this.limit,
      "--source",
      this.source,
      "--ui-dir",
      page,
    ]);
    const addresses = JSON.parse(this.process.line);
    this.page = new URL(addresses.page);
    this.ingest = addresses.ingest;
  }

  /** Ends the process and starts it again on the same data and ports. */
  async restart(whileAway = async () => {}) {
    await this.process.stop("SIGKILL");
    await whileAway();
    await this.start(this.page.host, new URL(this.ingest).host);
  }

  get origin() {
    return this.page.origin;
  }

  /** The address of the page; with a token the browser keeps it as a cookie. */
  address(path = "") {
    return `${this.origin}/mizu${path}`;
  }

  async get(path) {
    const response = await fetch(`${this.origin}/api/${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Sends a capture through the real sidecar. Each feed is a worker of its own, so that the same file counts again. */
  async feed(file) {
    this.feeds = (this.feeds ?? 0) + 1;
    const worker = `feed-${this.feeds}`;
    const path = file.startsWith("/") ? file : join(captures, file);
    await run(binary("mizu-sidecar"), ["--pcap", path, "--upload", this.ingest, "--worker", worker], {
      within: 570_000,
    });
  }

  async close() {
    await this.process?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
