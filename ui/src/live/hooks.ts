// The list, the connection and the aggregator's status, for components.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { get } from "../api/client.ts";
import type { Coverage, Status } from "../api/types.ts";
import type { Link } from "./connection.ts";
import { list, live, onStatus } from "./instance.ts";
import type { ListState } from "./store.ts";

export function useList(): ListState {
  return useSyncExternalStore(list.listen, list.snapshot);
}

export function useLink(): Link {
  return useSyncExternalStore(live.listen, live.current);
}

const STATUS = ["status"];

/** The newest status: asked for once, then kept up to date by the live connection. Mount once. */
export function useLiveStatus(): void {
  const client = useQueryClient();
  useEffect(() => onStatus((status) => client.setQueryData<Status>(STATUS, status)), [client]);
  useEffect(() => live.connect(), []);
}

export function useStatus(): Status | undefined {
  return useQuery({
    queryKey: STATUS,
    queryFn: ({ signal }) => get<Status>("status", {}, signal),
    staleTime: 30_000,
  }).data;
}

export function useCoverage(everyMs: number) {
  return useQuery({
    queryKey: ["coverage"],
    queryFn: ({ signal }) => get<Coverage>("coverage", {}, signal),
    refetchInterval: everyMs,
  });
}
