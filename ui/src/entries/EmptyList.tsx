// Nothing to list: because the filter leaves nothing, or because nothing has come yet; which, and what to do.
import { useQueries } from "@tanstack/react-query";
import { Link } from "wouter";
import { get } from "../api/client.ts";
import type { EntryCount } from "../api/types.ts";
import { Button } from "../components/Button.tsx";
import { Command } from "../components/Command.tsx";
import { Empty, Next } from "../components/Empty.tsx";
import { count } from "../components/format.ts";
import { needsLook } from "../coverage/health.ts";
import { PodList } from "../coverage/PodList.tsx";
import { useCoverage, useStatus } from "../live/hooks.ts";
import { terms } from "../query/clickFilter.ts";
import type { Range } from "../shell/urlState.ts";
import { emptyLead, nextCommands } from "./emptyWords.ts";

type Props = { query: string; range: Range | null; onQuery: (query: string) => void; onRange: () => void };

export function EmptyList({ query, range, onQuery, onRange }: Props) {
  const status = useStatus();
  if ((query || range) && status && status.entries > 0) {
    return <Filtered query={query} range={range} total={status.entries} onQuery={onQuery} onRange={onRange} />;
  }
  return <Nothing />;
}

/** Each term of the filter with how many entries the filter would show without it. */
function Filtered({ query, range, total, onQuery, onRange }: Props & { total: number }) {
  const parts = query ? terms(query) : [];
  const without = parts.map((_, index) => parts.filter((_, other) => other !== index).join(" and "));
  const counts = useQueries({
    queries: without.map((rest) => ({
      queryKey: ["without", rest, range],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<EntryCount>(
          "entries/count",
          {
            query: rest,
            from: range ? new Date(range.from).toISOString() : undefined,
            to: range?.to ? new Date(range.to).toISOString() : undefined,
          },
          signal,
        ),
    })),
  });
  const found = counts.map((result) => result.data?.matched ?? 0);
  const best = found.indexOf(Math.max(0, ...found));
  const steps = parts.map((part, index) => ({
    say: `Without ${part}`,
    do: (
      <Button
        kind={index === best && (found[index] ?? 0) > 0 ? "solid" : "line"}
        onClick={() => onQuery(without[index] ?? "")}
      >
        {count(found[index] ?? 0)} calls
      </Button>
    ),
  }));
  return (
    <Empty
      title="Nothing matches"
      lead={`None of ${count(total)} calls ${range ? "in this range " : ""}matches this filter.`}
    >
      <Next
        steps={[
          ...(parts.length > 1 ? steps : []),
          ...(range
            ? [
                {
                  say: "All times",
                  do: (
                    <Button kind="line" onClick={onRange}>
                      Clear the range
                    </Button>
                  ),
                },
              ]
            : []),
          ...(query
            ? [
                {
                  say: "All calls",
                  do: (
                    <Button kind="line" onClick={() => onQuery("")}>
                      Clear the filter
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Empty>
  );
}

function Nothing() {
  const status = useStatus();
  const { data: coverage } = useCoverage(2_000);
  if (!status || !coverage) return <Empty title="No traffic yet" lead="Asking who captures." />;
  const workers = coverage.workers;
  return (
    <Empty title="No traffic yet" lead={emptyLead(status, workers)}>
      {workers.length > 0 ? <PodList workers={workers} /> : null}
      <Next
        steps={[
          ...nextCommands(status, workers).map(({ say, command }) => ({
            say,
            do: <Command text={command} />,
          })),
          ...(workers.some(needsLook)
            ? [{ say: "See what each one captures", do: <Link href="/coverage">Coverage</Link> }]
            : []),
        ]}
      />
    </Empty>
  );
}
