import { describe, expect, it, vi } from "vitest";
import type { EntryPage } from "../api/types.ts";
import { entry } from "./entry.fixture.ts";
import { Painter } from "./painter.ts";
import { EntryStore, type Source, type View } from "./store.ts";

const ALL: View = { query: "", from: null, to: null };

/** Paints at once, so that a test sees what a reader would see on the next frame. */
class Now extends Painter {
  constructor(private readonly flush: () => void) {
    super(flush);
  }
  override soon(): void {
    this.flush();
  }
  override next(): void {
    this.flush();
  }
}

/** A store of `stored` entries, numbered by rank, of which the oldest `dropped` are gone. */
class Aggregator implements Source {
  stored = 0;
  dropped = 0;
  subscriptions: string[] = [];
  async page(_: View, { limit, offset }: { limit: number; offset?: number }): Promise<EntryPage> {
    const first = offset === undefined ? Math.max(this.dropped, this.stored - limit) : this.dropped + offset;
    const last = Math.min(this.stored, first + limit);
    const entries = Array.from({ length: Math.max(0, last - first) }, (_, index) => entry(first + index));
    return { entries, older: first > this.dropped, newer: last < this.stored, cursor: String(this.stored) };
  }
  async count(_: View, until: string) {
    const matched = Math.max(0, Math.min(this.stored, Number(until) + 1) - this.dropped);
    return { matched, total: this.stored - this.dropped, until };
  }
  subscribe(query: string, cursor: string) {
    this.subscriptions.push(`${query}@${cursor}`);
  }
  unsubscribe() {
    this.subscriptions.push("none");
  }
  send(store: EntryStore, count: number) {
    const rows = Array.from({ length: count }, (_, index) => entry(this.stored + index));
    this.stored += count;
    store.arrived(rows);
  }
}

async function loaded(stored: number) {
  const aggregator = new Aggregator();
  aggregator.stored = stored;
  const store = new EntryStore(aggregator, (flush) => new Now(flush));
  await store.load(ALL);
  return { aggregator, store };
}

describe("the list", () => {
  it("shows all that match, and goes on from the page's cursor", async () => {
    const { aggregator, store } = await loaded(1_000_000);
    expect(store.snapshot()).toMatchObject({ base: 0, shown: 1_000_000, waiting: 0, following: true, loading: false });
    expect(aggregator.subscriptions).toEqual(["@1000000"]);
    expect(store.row(999_999)?.id).toBe("999999");
  });
  it("follows what arrives until the reader scrolls or selects; then new rows wait in the pill", async () => {
    const { aggregator, store } = await loaded(10);
    aggregator.send(store, 5);
    expect(store.snapshot()).toMatchObject({ shown: 15, waiting: 0 });
    store.hold();
    aggregator.send(store, 37);
    expect(store.snapshot()).toMatchObject({ shown: 15, waiting: 37 });
    store.follow();
    expect(store.snapshot()).toMatchObject({ shown: 52, waiting: 0 });
  });
  it("paints nothing while paused, counts on, and loses nothing", async () => {
    const { aggregator, store } = await loaded(10);
    store.pause(true);
    aggregator.send(store, 8);
    expect(store.snapshot()).toMatchObject({ shown: 10, waiting: 8, paused: true });
    store.pause(false);
    expect(store.snapshot()).toMatchObject({ shown: 18, waiting: 0 });
    expect(store.row(17)?.id).toBe("17");
  });
  it("loads the rows that are looked at", async () => {
    const { store } = await loaded(1_000_000);
    expect(store.row(500_000)).toBeUndefined();
    store.want(500_000, 500_050);
    await vi.waitFor(() => expect(store.row(500_049)?.id).toBe("500049"));
  });
  it("keeps each row in its place when the store drops old ones", async () => {
    const { aggregator, store } = await loaded(1_000);
    aggregator.dropped = 300;
    await store.retained();
    expect(store.snapshot()).toMatchObject({ base: 300, shown: 1_000 });
    store.want(300, 350);
    await vi.waitFor(() => expect(store.row(300)?.id).toBe("300"));
    expect(store.row(299)).toBeUndefined();
  });
  it("finds the place of an entry that a link names, and says when it does not match", async () => {
    const { aggregator, store } = await loaded(5_000);
    expect(await store.locate("17")).toBe(17);
    expect(await store.locate("4999")).toBe(4_999);
    aggregator.dropped = 100;
    expect(await store.locate("50")).toBeUndefined();
  });
  it("says how many rows a slow page was not sent, and has them when they are looked at", async () => {
    const { aggregator, store } = await loaded(10);
    aggregator.stored += 500;
    store.missed(500);
    aggregator.send(store, 3);
    expect(store.snapshot()).toMatchObject({ shown: 513, skipped: 500 });
    store.want(100, 120);
    await vi.waitFor(() => expect(store.row(110)?.id).toBe("110"));
  });
  it("keeps the old rows when the new ones cannot be had", async () => {
    const { aggregator, store } = await loaded(10);
    aggregator.page = () => Promise.reject(new Error("away"));
    await store.load({ ...ALL, query: "http" });
    expect(store.snapshot()).toMatchObject({ shown: 10, view: ALL, loading: false });
    expect(store.snapshot().failure?.message).toBe("away");
  });
  it("is not live where its range ends in the past", async () => {
    const { aggregator, store } = await loaded(10);
    await store.load({ query: "", from: 0, to: 1 });
    expect(aggregator.subscriptions.at(-1)).toBe("none");
  });
  it("shows the last view that was asked for, whichever answer comes last", async () => {
    const { aggregator, store } = await loaded(10);
    const usual = aggregator.page.bind(aggregator);
    let release = () => {};
    aggregator.page = async (view, page) => {
      if (view.query === "slow") await new Promise<void>((resolve) => (release = resolve));
      return usual(view, page);
    };
    const slow = store.load({ ...ALL, query: "slow" });
    await store.load({ ...ALL, query: "fast" });
    release();
    await slow;
    expect(store.snapshot().view?.query).toBe("fast");
  });
});
