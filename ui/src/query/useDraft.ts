// The filter as it is being typed: whether it is right, and how many it would show. In: the draft. Out: what the
// aggregator says of it, 150 ms after the last key.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { failureOf, get } from "../api/client.ts";
import type { CompletionList, EntryCount, QueryError } from "../api/types.ts";
import { viewParams } from "../live/instance.ts";
import type { Range } from "../shell/urlState.ts";

const PAUSE = 150;

export type Verdict = { matched: number | null; error: QueryError | null };

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

async function judge(query: string, range: Range | null, signal?: AbortSignal): Promise<Verdict> {
  const view = { query, from: range?.from ?? null, to: range?.to ?? null };
  try {
    const { matched } = await get<EntryCount>("entries/count", viewParams(view), signal);
    return { matched, error: null };
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (failure.error.query) return { matched: null, error: failure.error.query };
    throw thrown;
  }
}

export function useDraft(draft: string, applied: string, range: Range | null) {
  const client = useQueryClient();
  const settled = useSettled(draft);
  const changed = settled !== applied;
  const { data } = useQuery({
    queryKey: ["draft", settled, range],
    queryFn: ({ signal }) => judge(settled, range, signal),
    enabled: changed,
    staleTime: 2_000,
  });
  const check = useCallback(
    (text: string) =>
      client.fetchQuery({
        queryKey: ["draft", text, range],
        queryFn: ({ signal }) => judge(text, range, signal),
      }),
    [client, range],
  );
  return { verdict: changed && settled === draft ? data : undefined, check };
}

/** What could stand at the cursor; asked for only while `wanted`. */
export function useCompletions(draft: string, position: number, wanted: boolean): CompletionList | undefined {
  const settled = useSettled(draft);
  const { data } = useQuery({
    queryKey: ["complete", settled, position],
    queryFn: ({ signal }) => get<CompletionList>("query/complete", { query: settled, position }, signal),
    enabled: wanted && settled === draft,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
  return wanted && settled === draft ? data : undefined;
}
