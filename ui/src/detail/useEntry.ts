// The whole of one entry, and what belongs to it: the other entries of its connection and of its trace.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "../api/client.ts";
import type { EntryDetail, EntryPage, EntrySummary } from "../api/types.ts";
import { includes } from "../query/clickFilter.ts";

const OPEN_EVERY = 2_000;

export function useEntry(id: string) {
  return useQuery({
    queryKey: ["entry", id],
    queryFn: ({ signal }) => get<EntryDetail>(`entries/${id}`, {}, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.summary.notes.includes("open") ? OPEN_EVERY : false),
  });
}

/** Messages shown of one connection at most. */
export const MOST_MESSAGES = 1_000;

/** The WebSocket messages of an entry's connection, oldest first. */
export function useConnectionMessages(entry: EntrySummary, wanted: boolean) {
  return useQuery({
    queryKey: ["connection", entry.connection],
    queryFn: ({ signal }) =>
      get<EntryPage>(
        "entries",
        {
          query: `websocket and ${includes({ path: "connection", value: BigInt(entry.connection) })}`,
          offset: 0,
          limit: MOST_MESSAGES,
        },
        signal,
      ),
    enabled: wanted,
    refetchInterval: OPEN_EVERY,
  });
}

/** The calls of the same trace, oldest first. */
export function useTrace(traceId: string) {
  return useQuery({
    queryKey: ["trace", traceId],
    queryFn: ({ signal }) =>
      get<EntryPage>(
        "entries",
        { query: includes({ path: "traceId", value: traceId }), offset: 0, limit: 100 },
        signal,
      ),
    enabled: traceId !== "",
    staleTime: 10_000,
  });
}
