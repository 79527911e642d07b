// The traffic screen: what is asked for on top, when in the strip, what in the list, one of them in the detail.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Detail } from "../detail/Detail.tsx";
import { useList } from "../live/hooks.ts";
import { list } from "../live/instance.ts";
import { type Condition, excludes, includes, narrow } from "../query/clickFilter.ts";
import { QueryBar, type QueryBarHandle } from "../query/QueryBar.tsx";
import { useActions } from "../shell/keyboard.ts";
import { useUrlState } from "../shell/useUrlState.ts";
import type { Window } from "../strip/brush.ts";
import { Strip } from "../strip/Strip.tsx";
import { useHistogram } from "../strip/useHistogram.ts";
import { EmptyList } from "./EmptyList.tsx";
import { List, type ListHandle } from "./List.tsx";
import { ListFailure } from "./ListFailure.tsx";
import { laneMarks } from "./laneMarks.ts";
import { Skeleton } from "./Skeleton.tsx";
import styles from "./TrafficScreen.module.css";
import { useLoadedView } from "./useLoadedView.ts";
import { useSelection } from "./useSelection.ts";

export function TrafficScreen() {
  const [url, setUrl] = useUrlState();
  const state = useList();
  const [zoom, setZoom] = useState<Window | null>(null);
  const strip = useHistogram(url.query, zoom);
  const rows = useRef<ListHandle>(null);
  const filter = useRef<QueryBarHandle>(null);
  const reload = useLoadedView(url);
  const selection = useSelection(url, setUrl, state, rows);
  const marks = useMemo(() => laneMarks(strip.histogram?.bars ?? []), [strip.histogram]);

  useEffect(() => {
    document.title = url.query ? `${url.query} · mizu` : "Traffic · mizu";
  }, [url.query]);

  // Coming back from another screen: with nothing open there is no place to come back to but the newest end.
  const nothingOpen = useRef(url.entry === null);
  useEffect(() => {
    if (nothingOpen.current) list.follow();
  }, []);

  const onFilter = useCallback(
    (condition: Condition, exclude: boolean) => {
      const term = exclude ? excludes(condition) : includes(condition);
      setUrl({ query: narrow(url.query, term) });
    },
    [url.query, setUrl],
  );
  useActions({
    next: () => selection.move(1),
    previous: () => selection.move(-1),
    "page-down": () => selection.move(rows.current?.page() ?? 10),
    "page-up": () => selection.move(-(rows.current?.page() ?? 10)),
    open: selection.open,
    escape: selection.escape,
    newest: () => list.follow(),
    oldest: () => selection.oldest(),
    filter: () => filter.current?.focus(),
  });
  const empty = state.view !== null && state.shown - state.base === 0 && state.waiting === 0;
  return (
    <main className={styles.screen}>
      <h1 className="hidden">Traffic</h1>
      <QueryBar
        ref={filter}
        applied={url.query}
        range={url.range}
        loading={state.loading}
        refused={state.failure?.error.query ?? null}
        onApply={(query) => setUrl({ query })}
        onRange={(range) => setUrl({ range })}
      />
      <Strip strip={strip} range={url.range} zoom={zoom} onRange={(range) => setUrl({ range })} onZoom={setZoom} />
      <div className={url.entry ? `${styles.split} ${styles.withDetail}` : styles.split}>
        {state.failure && !state.failure.error.query && state.view === null ? (
          <ListFailure failure={state.failure} onAgain={reload} />
        ) : state.view === null && !state.failure ? (
          <Skeleton />
        ) : empty && !state.loading ? (
          <EmptyList
            query={url.query}
            range={url.range}
            onQuery={(query) => setUrl({ query })}
            onRange={() => setUrl({ range: null })}
          />
        ) : (
          <List
            ref={rows}
            selected={selection.selected}
            marks={marks}
            onSelect={selection.select}
            onFilter={onFilter}
          />
        )}
        {url.entry ? (
          <Detail
            id={url.entry}
            tab={url.tab}
            listed={selection.listed}
            onTab={(tab) => setUrl({ tab }, { replace: true })}
            onClose={selection.close}
            onSelect={(entry) => setUrl({ entry })}
            onFilter={onFilter}
          />
        ) : null}
      </div>
    </main>
  );
}
