// The list: only the rows in sight are in the document, oldest on top, newest at the bottom.
//
// It owns the scroll position and nothing else. Which rows there are is the store's business, which one is selected
// the screen's.
import { type MouseEvent, type Ref, useCallback, useImperativeHandle, useRef } from "react";
import { count } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { useList } from "../live/hooks.ts";
import { list } from "../live/instance.ts";
import type { Condition } from "../query/clickFilter.ts";
import { rowHeight, usePreferences } from "../shell/preferences.ts";
import { Arrivals } from "./Arrivals.tsx";
import { cellCondition } from "./columns.ts";
import { Lane } from "./Lane.tsx";
import styles from "./List.module.css";
import { ListHead } from "./ListHead.tsx";
import type { LaneMark } from "./laneMarks.ts";
import { Row } from "./Row.tsx";
import { useListScroll } from "./useListScroll.ts";

export type ListHandle = {
  scrollTo: (rank: number) => void;
  /** Brings a row into sight, in the middle, if it is not in sight. */
  reveal: (rank: number) => void;
  page: () => number;
  focus: () => void;
};

type Props = {
  ref: Ref<ListHandle>;
  selected: { id: string; rank: number | undefined } | null;
  marks: readonly LaneMark[];
  onSelect: (rank: number) => void;
  onFilter: (condition: Condition, exclude: boolean) => void;
};

export function List({ ref, selected, marks, onSelect, onFilter }: Props) {
  const state = useList();
  const { density, zone } = usePreferences();
  const height = rowHeight(density);
  const grid = useRef<HTMLDivElement>(null);
  const scroll = useListScroll(grid, state, height);
  useImperativeHandle(
    ref,
    () => ({
      scrollTo: scroll.scrollTo,
      reveal: scroll.reveal,
      page: scroll.rowsInSight,
      focus: () => grid.current?.focus({ preventScroll: true }),
    }),
    [scroll.scrollTo, scroll.reveal, scroll.rowsInSight],
  );
  const press = useCallback(
    (rank: number, event: MouseEvent<HTMLElement>) => {
      const entry = list.row(rank);
      if (!entry) return;
      const filtering = event.altKey || event.ctrlKey || event.metaKey;
      if (!filtering) return onSelect(rank);
      const cell = event.target instanceof Element ? event.target.closest("[data-column]") : null;
      const condition = cellCondition(entry, cell?.getAttribute("data-column") ?? "");
      if (condition) onFilter(condition, event.altKey);
    },
    [onSelect, onFilter],
  );
  const active = scroll.rows.some(({ rank }) => selected && list.row(rank)?.id === selected.id);
  return (
    <section className={styles.list} aria-label="Captured calls">
      <div
        ref={grid}
        className={styles.grid}
        role="grid"
        aria-label="Calls"
        aria-rowcount={state.shown - state.base + 1}
        aria-multiselectable={false}
        aria-activedescendant={active && selected ? `row-${selected.id}` : undefined}
        tabIndex={0}
      >
        <ListHead />
        <div role="rowgroup" className={styles.body} style={{ height: scroll.totalHeight }}>
          {scroll.rows.map(({ rank, top }) => {
            const entry = list.row(rank);
            return (
              <Row
                key={rank}
                rank={rank}
                top={top}
                entry={entry}
                zone={zone}
                selected={entry !== undefined && entry.id === selected?.id}
                onPress={press}
              />
            );
          })}
        </div>
      </div>
      {scroll.cutOff > 0 ? (
        <p className={`${styles.cutoff} faint`}>
          {count(scroll.cutOff)} older calls: choose a range of time to see them
        </p>
      ) : null}
      <Lane marks={marks} thumb={scroll.thumb} onJump={scroll.jump} />
      <Arrivals />
      {state.waiting > 0 && !state.paused ? (
        <button
          type="button"
          className={styles.pill}
          title="Jump to the newest and follow (End)"
          onClick={() => list.follow()}
        >
          <Icon name="arrow-down" size={14} />
          {count(state.waiting)} new
        </button>
      ) : null}
    </section>
  );
}
