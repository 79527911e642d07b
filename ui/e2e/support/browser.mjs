// A real browser with the page open. A fault in the page's code, or a request that leaves the origin, fails the test.
import { chromium } from "playwright-core";

const ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

export class Reader {
  /** Opens the page as `mizu` does: once with the token, which the aggregator turns into a cookie. */
  static async open(browser, aggregator, { path = "", theme = "light", width = 1440, height = 900, motion } = {}) {
    const reader = new Reader();
    reader.aggregator = aggregator;
    reader.context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: motion,
    });
    await reader.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: aggregator.origin });
    reader.page = await reader.context.newPage();
    reader.page.setDefaultTimeout(20_000);
    reader.faults = [];
    reader.requests = [];
    reader.page.on("pageerror", (error) => reader.faults.push(`fault: ${error.stack ?? error.message}`));
    reader.page.on("console", (message) => {
      // The browser itself reports answers like 400 and lost connections; what the page does about them is tested.
      if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(message.text()))
        reader.faults.push(`console: ${message.text()}`);
    });
    reader.context.on("request", (request) => reader.requests.push(request.url()));
    reader.page.on("websocket", (socket) => reader.requests.push(socket.url()));
    await reader.page.goto(aggregator.address(`?token=${aggregator.token}`));
    if (path) await reader.page.goto(aggregator.address(path));
    return reader;
  }

  get filter() {
    return this.page.getByRole("combobox", { name: "Filter" });
  }
  get rows() {
    return this.page.locator("[role=row][data-id]");
  }
  get selected() {
    return this.page.locator("[role=row][aria-selected=true]");
  }
  get detail() {
    return this.page.getByRole("complementary", { name: /^Entry/ });
  }
  row(text) {
    return this.rows.filter({ hasText: text });
  }
  tab(name) {
    return this.page.getByRole("tab", { name });
  }

  async apply(filter) {
    await this.filter.fill(filter);
    await this.filter.press("Escape");
    await this.filter.focus();
    await this.filter.press("Enter");
    await this.until((want) => new URL(location.href).searchParams.get("query") === want, filter || null);
    await this.settled();
  }

  /** Waits until the list shows what the address asks for. */
  async settled() {
    await this.page.getByText("Loading", { exact: true }).waitFor({ state: "detached" });
  }

  /** Waits until a condition holds in the page. */
  until(condition, argument) {
    return this.page.waitForFunction(condition, argument);
  }

  /** How many the status bar says are shown. */
  async shown() {
    const text = await this.page.getByRole("contentinfo").textContent();
    return Number(/([\d,]+) shown of/.exec(text)?.[1]?.replaceAll(",", ""));
  }

  async untilShown(count) {
    await this.until(
      (want) =>
        (/([\d,]+) shown of/.exec(document.querySelector("footer")?.textContent ?? "")?.[1] ?? "").replaceAll(
          ",",
          "",
        ) === want,
      String(count),
    );
  }

  async close() {
    await this.context.close();
    const foreign = this.requests.filter((url) => {
      const { protocol, host } = new URL(url);
      return !["data:", "blob:"].includes(protocol) && host !== this.aggregator.page.host;
    });
    if (foreign.length > 0) throw new Error(`requests left the origin: ${foreign.join(", ")}`);
    if (this.faults.length > 0) throw new Error(this.faults.join("\n"));
  }
}
