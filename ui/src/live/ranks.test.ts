import { describe, expect, it } from "vitest";
import { entry } from "./entry.fixture.ts";
import { PAGE, Ranks } from "./ranks.ts";

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => entry(from + index));

describe("ranks", () => {
  it("count from the oldest match, and the newest rows are at hand", () => {
    const ranks = new Ranks();
    ranks.reset(rows(800, 1000), 1000);
    expect(ranks.at(999)?.id).toBe("999");
    expect(ranks.at(800)?.id).toBe("800");
    expect(ranks.at(799)).toBeUndefined();
    expect(ranks.missing(750, 820)).toEqual([3]);
  });
  it("of new rows follow, and no other row's rank changes", () => {
    const ranks = new Ranks();
    ranks.reset(rows(0, 10), 10);
    ranks.append(rows(10, 30_010));
    expect(ranks.end).toBe(30_010);
    for (const rank of [30_009, 25_000]) expect(ranks.at(rank)?.id).toBe(String(rank));
    expect(ranks.at(5)).toBeUndefined();
    expect(ranks.missing(0, 10)).toEqual([0]);
  });
  it("of rows that were skipped are kept free and loaded as pages", () => {
    const ranks = new Ranks();
    ranks.reset(rows(0, 10), 10);
    ranks.skip(500);
    ranks.append(rows(510, 520));
    expect(ranks.end).toBe(520);
    expect(ranks.at(300)).toBeUndefined();
    expect(ranks.at(515)?.id).toBe("515");
    expect(ranks.missing(0, 520)).toEqual([0, 1, 2]);
    ranks.put(0, rows(0, PAGE));
    expect(ranks.at(7)?.id).toBe("7");
    expect(ranks.missing(0, 100)).toEqual([]);
  });
  it("stay when the store drops its oldest rows", () => {
    const ranks = new Ranks();
    ranks.reset(rows(900, 1000), 1000);
    ranks.put(0, rows(0, PAGE));
    ranks.recount(850);
    expect(ranks.base).toBe(150);
    expect(ranks.at(149)).toBeUndefined();
    expect(ranks.at(950)?.id).toBe("950");
    // The page that the new oldest row lies in begins with it.
    expect(ranks.place(0)).toEqual({ rank: 150, offset: 0 });
    ranks.put(150, rows(150, 200));
    expect(ranks.at(150)?.id).toBe("150");
    expect(ranks.at(199)?.id).toBe("199");
    expect(ranks.place(2)).toEqual({ rank: 400, offset: 250 });
  });
  it("are found by an entry's number, in the ring and in the pages", () => {
    const ranks = new Ranks();
    ranks.reset(rows(900, 1000), 1000);
    ranks.put(0, rows(0, PAGE));
    expect(ranks.rankOf("950")).toBe(950);
    expect(ranks.rankOf("12")).toBe(12);
    expect(ranks.rankOf("500")).toBeUndefined();
  });
  it("keep a bounded number of rows, however much is looked at", () => {
    const ranks = new Ranks();
    ranks.reset(rows(999_800, 1_000_000), 1_000_000);
    for (let page = 0; page < 500; page += 1) ranks.put(page * PAGE, rows(page * PAGE, (page + 1) * PAGE));
    let held = 0;
    for (let rank = 0; rank < 1_000_000; rank += 1) if (ranks.at(rank)) held += 1;
    expect(held).toBeLessThanOrEqual(10_000);
    expect(ranks.at(499 * PAGE)?.id).toBe(String(499 * PAGE));
  });
});
