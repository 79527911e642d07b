// What the address says of the screen: filter, range of time, entry, tab. In: a query string. Out: a state, and back.
// Whatever in an address is not understood is left out, so that an old link still opens.

/** Which times are shown. Milliseconds since the epoch; without `to` the range goes on to now. */
export type Range = { from: number; to: number | null };

export type Tab = "request" | "response" | "messages" | "timing" | "raw";
export const TABS: readonly Tab[] = ["request", "response", "messages", "timing", "raw"];

export type UrlState = {
  /** The filter that the list obeys; empty for all. */
  query: string;
  range: Range | null;
  /** The selected entry's number. */
  entry: string | null;
  tab: Tab | null;
};

export const EMPTY: UrlState = { query: "", range: null, entry: null, tab: null };

export function readUrl(search: string): UrlState {
  const params = new URLSearchParams(search);
  const entry = params.get("entry");
  const tab = params.get("tab");
  return {
    query: params.get("query")?.trim() ?? "",
    range: readRange(params.get("from"), params.get("to")),
    entry: entry !== null && /^\d{1,20}$/.test(entry) ? entry : null,
    tab: TABS.find((known) => known === tab) ?? null,
  };
}

export function writeUrl(state: UrlState): string {
  const params = new URLSearchParams();
  if (state.query) params.set("query", state.query);
  if (state.range) {
    params.set("from", new Date(state.range.from).toISOString());
    if (state.range.to !== null) params.set("to", new Date(state.range.to).toISOString());
  }
  if (state.entry) params.set("entry", state.entry);
  if (state.entry && state.tab) params.set("tab", state.tab);
  const text = params.toString();
  return text ? `?${text}` : "";
}

function readRange(from: string | null, to: string | null): Range | null {
  const begin = from === null ? Number.NaN : Date.parse(from);
  if (Number.isNaN(begin)) return null;
  const end = to === null ? Number.NaN : Date.parse(to);
  if (Number.isNaN(end)) return { from: begin, to: null };
  return end > begin ? { from: begin, to: end } : null;
}
