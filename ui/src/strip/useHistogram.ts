// The histogram of what matches the filter, over the whole store or the part that is zoomed into.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "../api/client.ts";
import type { Histogram } from "../api/types.ts";
import { useList, useStatus } from "../live/hooks.ts";
import type { Window } from "./brush.ts";

export const BARS = 180;
/** Milliseconds between two looks at the newest end while it grows. */
const EVERY = 2_000;

export type Strip = {
  histogram: Histogram | undefined;
  /** The times that the drawing covers. */
  window: Window;
  /** All times that the store covers. */
  whole: Window;
  /** Whether the right edge is now. */
  live: boolean;
};

export function useHistogram(query: string, zoom: Window | null): Strip {
  const status = useStatus();
  const { paused } = useList();
  const isFile = status?.source === "file";
  // The rate is of the last ten seconds: when it is zero, the last look has seen everything.
  const finished = isFile && status.rate === 0;
  const { data } = useQuery({
    queryKey: ["histogram", query, zoom?.from ?? null, zoom?.to ?? null, isFile],
    queryFn: ({ signal }) =>
      get<Histogram>(
        "histogram",
        {
          query,
          from: zoom ? new Date(zoom.from).toISOString() : undefined,
          // Without zoom the strip goes on to now, also where nothing comes by any more.
          to: zoom ? new Date(zoom.to).toISOString() : isFile ? undefined : "now",
          buckets: BARS,
        },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: paused || finished ? false : EVERY,
  });
  return useMemo(() => {
    const window = data?.bars.length ? { from: Date.parse(data.from), to: Date.parse(data.to) } : { from: 0, to: 0 };
    const from = status?.oldest ? Date.parse(status.oldest) : window.from;
    const whole = zoom ? { from, to: Math.max(window.to, Date.parse(status?.newest || "0")) } : window;
    return { histogram: data, window, whole, live: !isFile && (zoom === null || window.to >= whole.to) };
  }, [data, zoom, status, isFile]);
}
