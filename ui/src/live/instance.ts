// The one list and the one live connection of the page, wired to each other and to the aggregator.
import { get } from "../api/client.ts";
import type { EntryCount, EntryPage, Status } from "../api/types.ts";
import { LiveConnection } from "./connection.ts";
import { EntryStore, type View } from "./store.ts";

function liveUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/api/live`;
}

/** A view as the parameters of the list, count and histogram routes. */
export function viewParams(view: View): { query: string; from: string | undefined; to: string | undefined } {
  return {
    query: view.query,
    from: view.from === null ? undefined : new Date(view.from).toISOString(),
    to: view.to === null ? undefined : new Date(view.to).toISOString(),
  };
}

export const list: EntryStore = new EntryStore({
  page: (view, page, signal) => get<EntryPage>("entries", { ...viewParams(view), ...page }, signal),
  count: (view, until, signal) => get<EntryCount>("entries/count", { ...viewParams(view), until }, signal),
  subscribe: (query, cursor) => live.subscribe(query, cursor),
  unsubscribe: () => live.unsubscribe(),
});

const statusListeners = new Set<(status: Status) => void>();
let oldest = "";

export const live: LiveConnection = new LiveConnection(liveUrl(), {
  entries: (rows) => list.arrived(rows),
  dropped: (count) => list.missed(count),
  refused: (error) => list.refused(error),
  status: (status) => {
    for (const listener of statusListeners) listener(status);
    if (oldest && status.oldest !== oldest) void list.retained();
    oldest = status.oldest;
  },
});

// After a break the store may hold less than before: rows were dropped meanwhile, or it is another store altogether.
let broken = false;
live.listen(() => {
  const { state } = live.current();
  if (state === "open" && broken) void list.retained();
  broken = state === "lost";
});

/** Calls `listener` with every status that the live connection brings. */
export function onStatus(listener: (status: Status) => void): () => void {
  statusListeners.add(listener);
  return () => statusListeners.delete(listener);
}
