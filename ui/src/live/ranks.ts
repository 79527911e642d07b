// Rows by their rank: the newest ones in a ring, older ones in pages that are loaded when they are looked at.
//
// A row's rank is its place among all that match, oldest first. It never changes while the list stands: new rows get
// the next rank; when the store drops its oldest rows, `base` moves up and the ranks of the rest stay. Pure: no
// clock, no network. What is missing for a stretch of rows is asked from `missing` and given to `put`.
import type { EntrySummary } from "../api/types.ts";

/** Rows in a page. */
export const PAGE = 200;
/** Newest rows that are kept whatever is looked at. */
const RING = 10_000;
/** Pages of older rows that are kept, the ones least recently looked at going first. */
const PAGES = 48;

export class Ranks {
  /** Rank of the oldest row that still exists. */
  base = 0;
  /** Rank after the newest row. */
  end = 0;
  private ring: EntrySummary[] = [];
  private ringStart = 0;
  private pages = new Map<number, EntrySummary[]>();

  /** Starts anew: `newest` are the last of `matched` rows. */
  reset(newest: EntrySummary[], matched: number): void {
    this.base = 0;
    this.end = Math.max(matched, newest.length);
    this.ring = newest.slice();
    this.ringStart = this.end - newest.length;
    this.pages.clear();
  }

  append(rows: readonly EntrySummary[]): void {
    for (const row of rows) this.ring.push(row);
    this.end += rows.length;
    if (this.ring.length > 2 * RING) {
      this.ring = this.ring.slice(-RING);
      this.ringStart = this.end - RING;
    }
  }

  /** Rows that exist but were not sent. They get their ranks, and are loaded as pages once they are looked at. */
  skip(count: number): void {
    this.end += count;
    this.ring = [];
    this.ringStart = this.end;
  }

  /** The store holds `matched` rows up to the newest known one: the difference was dropped at the old end. */
  recount(matched: number): void {
    const base = this.end - matched;
    if (base === this.base) return;
    this.base = base;
    this.pages.clear();
    if (this.ringStart < base) {
      this.ring = this.ring.slice(base - this.ringStart);
      this.ringStart = base;
    }
  }

  at(rank: number): EntrySummary | undefined {
    if (rank < this.base || rank >= this.end) return undefined;
    if (rank >= this.ringStart) return this.ring[rank - this.ringStart];
    const page = Math.floor(rank / PAGE);
    return this.pages.get(page)?.[rank - page * PAGE];
  }

  /** The newest row, if it is known. */
  newest(): EntrySummary | undefined {
    return this.ring[this.ring.length - 1];
  }

  /** The rank of a row that is at hand. */
  rankOf(id: string): number | undefined {
    const inRing = this.ring.findLastIndex((row) => row.id === id);
    if (inRing >= 0) return this.ringStart + inRing;
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((row) => row?.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return undefined;
  }

  /** The pages without which [from, to) cannot be shown. */
  missing(from: number, to: number): number[] {
    const first = Math.floor(Math.max(from, this.base) / PAGE);
    const last = Math.ceil(Math.min(to, this.ringStart) / PAGE);
    const pages: number[] = [];
    for (let page = first; page < last; page += 1) {
      const rows = this.pages.get(page);
      if (rows) {
        this.pages.delete(page);
        this.pages.set(page, rows);
      } else pages.push(page);
    }
    return pages;
  }

  /** Where a page's rows begin: the rank of the first, and how many older rows the store has to skip for it. */
  place(page: number): { rank: number; offset: number } {
    const rank = Math.max(page * PAGE, this.base);
    return { rank, offset: rank - this.base };
  }

  /** Rows from `rank` on, as loaded for the page that it lies in. */
  put(rank: number, rows: readonly EntrySummary[]): void {
    const page = Math.floor(rank / PAGE);
    const kept: EntrySummary[] = [];
    rows.forEach((row, index) => {
      kept[rank - page * PAGE + index] = row;
    });
    this.pages.set(page, kept);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= PAGES) break;
      this.pages.delete(old);
    }
  }
}
