// The list's state outside React: which rows match, which of them are painted, which wait.
//
// In: a view (filter and range), what the live connection delivers, what the reader does. Out: an immutable snapshot,
// made anew at most once a frame, for `useSyncExternalStore`; rows are read by rank while painting.
// Arrival never shifts a row: `shown` only grows while the list follows its newest end.
import { ApiFailure, failureOf } from "../api/client.ts";
import type { ApiError, EntryCount, EntryPage, EntrySummary } from "../api/types.ts";
import { Painter } from "./painter.ts";
import { PAGE, Ranks } from "./ranks.ts";

/** What the list holds: all that match the filter, within the range. `to` null: up to now, and live. */
export type View = { query: string; from: number | null; to: number | null };

export type ListState = {
  /** Changes with every snapshot. */
  version: number;
  /** The view that the rows belong to; null before anything was loaded. */
  view: View | null;
  /** Rank of the first row, and the rank after the last one that is painted. */
  base: number;
  shown: number;
  /** Rows that arrived and are not painted. */
  waiting: number;
  /** Rows that the aggregator could not send in time; they load when scrolled to. */
  skipped: number;
  following: boolean;
  paused: boolean;
  loading: boolean;
  failure: ApiFailure | null;
};

export type Source = {
  page(view: View, page: { limit: number; offset?: number }, signal: AbortSignal): Promise<EntryPage>;
  count(view: View, until: string, signal: AbortSignal): Promise<EntryCount>;
  subscribe(query: string, cursor: string): void;
  unsubscribe(): void;
};

/** Pages asked for at a time: a thrown scroll bar must not queue up work that nobody looks at any more. */
const AT_ONCE = 2;

export class EntryStore {
  private readonly ranks = new Ranks();
  private readonly source: Source;
  private readonly painter: Painter;
  private listeners = new Set<() => void>();
  private state: ListState = {
    version: 0,
    view: null,
    base: 0,
    shown: 0,
    waiting: 0,
    skipped: 0,
    following: true,
    paused: false,
    loading: true,
    failure: null,
  };
  private view: View | null = null;
  private shown = 0;
  private skipped = 0;
  private following = true;
  private paused = false;
  private loading = true;
  private failure: ApiFailure | null = null;
  private generation = new AbortController();
  private wanted: number[] = [];
  private inFlight = new Set<number>();

  constructor(source: Source, paint?: (flush: () => void) => Painter) {
    this.source = source;
    const flush = () => this.flush();
    this.painter = paint ? paint(flush) : new Painter(flush);
  }

  readonly snapshot = (): ListState => this.state;

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  row(rank: number): EntrySummary | undefined {
    return this.ranks.at(rank);
  }

  rankOf(id: string): number | undefined {
    return this.ranks.rankOf(id);
  }

  /** The rank of a row that may not be at hand; undefined if it does not match the view. */
  async locate(id: string): Promise<number | undefined> {
    const known = this.ranks.rankOf(id);
    if (known !== undefined || !this.view) return known;
    const { signal } = this.generation;
    const view = this.view;
    const { matched } = await this.source.count(view, id, signal);
    if (matched === 0) return undefined;
    // The last one that matches up to there: it is the one that is looked for, or that one does not match.
    const { entries } = await this.source.page(view, { limit: 1, offset: matched - 1 }, signal);
    if (signal.aborted || entries[0]?.id !== id) return undefined;
    return this.ranks.base + matched - 1;
  }

  /** Shows another view. The old rows stay until the new ones are there, and stay for good if they never come. */
  async load(view: View): Promise<void> {
    this.generation.abort();
    this.generation = new AbortController();
    const { signal } = this.generation;
    this.loading = true;
    this.painter.next();
    try {
      const page = await this.source.page(view, { limit: PAGE }, signal);
      const until = page.entries.at(-1)?.id;
      const matched =
        page.older && until ? (await this.source.count(view, until, signal)).matched : page.entries.length;
      if (signal.aborted) return;
      this.ranks.reset(page.entries, matched);
      this.view = view;
      this.shown = this.ranks.end;
      this.skipped = 0;
      this.following = true;
      this.failure = null;
      this.wanted = [];
      this.inFlight.clear();
      if (view.to === null) this.source.subscribe(view.query, page.cursor);
      else this.source.unsubscribe();
    } catch (thrown) {
      if (signal.aborted) return;
      this.failure = failureOf(thrown);
    }
    this.loading = false;
    this.painter.next();
  }

  arrived(rows: readonly EntrySummary[]): void {
    const from = this.view?.from ?? null;
    this.ranks.append(from === null ? rows : rows.filter((row) => Date.parse(row.timestamp) >= from));
    this.painter.soon();
  }

  missed(count: number): void {
    this.ranks.skip(count);
    this.skipped += count;
    this.painter.soon();
  }

  refused(error: ApiError): void {
    this.failure = new ApiFailure(400, error);
    this.painter.next();
  }

  /** The store dropped its oldest rows: learns how many, so that the ranks of the rest keep their meaning. */
  async retained(): Promise<void> {
    const newest = this.ranks.newest();
    const view = this.view;
    if (!newest || !view) return;
    const { signal } = this.generation;
    const end = this.ranks.end;
    try {
      const { matched } = await this.source.count(view, newest.id, signal);
      if (signal.aborted) return;
      this.ranks.recount(matched + this.ranks.end - end);
      this.painter.soon();
    } catch {
      // The next status asks again; until then a page of old rows may be off by what was dropped.
    }
  }

  hold(): void {
    if (!this.following) return;
    this.following = false;
    this.painter.next();
  }

  follow(): void {
    if (this.following && !this.paused) return;
    this.following = true;
    this.painter.next();
  }

  /** The reader knows that rows were skipped. */
  caughtUp(): void {
    this.skipped = 0;
    this.painter.next();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.painter.next();
  }

  /** Says which rows are looked at, so that those missing are loaded. */
  want(from: number, to: number): void {
    this.wanted = this.ranks.missing(from, to);
    this.loadWanted();
  }

  private loadWanted(): void {
    for (const page of this.wanted) {
      if (this.inFlight.size >= AT_ONCE) return;
      if (!this.inFlight.has(page)) void this.loadPage(page);
    }
  }

  private async loadPage(page: number): Promise<void> {
    const view = this.view;
    if (!view) return;
    const { signal } = this.generation;
    const base = this.ranks.base;
    const { rank, offset } = this.ranks.place(page);
    this.inFlight.add(page);
    try {
      const limit = PAGE - (rank % PAGE);
      const { entries } = await this.source.page(view, { limit, offset }, signal);
      if (signal.aborted) return;
      if (this.ranks.base === base) this.ranks.put(rank, entries);
      this.failure = null;
      this.wanted = this.wanted.filter((other) => other !== page);
      this.painter.next();
    } catch (thrown) {
      if (signal.aborted) return;
      // The rows stay blank and say so; looking at them again asks again.
      this.wanted = [];
      this.failure = failureOf(thrown);
      this.painter.next();
    } finally {
      this.inFlight.delete(page);
    }
    this.loadWanted();
  }

  private flush(): void {
    if (this.following && !this.paused) this.shown = this.ranks.end;
    this.shown = Math.max(this.shown, this.ranks.base);
    this.state = {
      version: this.state.version + 1,
      view: this.view,
      base: this.ranks.base,
      shown: this.shown,
      waiting: this.ranks.end - this.shown,
      skipped: this.skipped,
      following: this.following,
      paused: this.paused,
      loading: this.loading,
      failure: this.failure,
    };
    for (const listener of this.listeners) listener();
  }
}
