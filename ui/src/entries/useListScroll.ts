// The list's scroll position: follows the newest end, holds when the reader scrolls, and stays on the same rows when
// the store drops old ones.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { list } from "../live/instance.ts";
import type { ListState } from "../live/store.ts";
import { firstRank, scrolled, type Thumb, thumbOf } from "./scrollWindow.ts";

/** Height of the head inside the scrolling part, as --h-head in tokens.css. */
const HEAD = 28;
const OVERSCAN = 10;

export type ListScroll = {
  rows: { rank: number; top: number }[];
  totalHeight: number;
  thumb: Thumb;
  /** Rows before the first one that can be scrolled to. */
  cutOff: number;
  scrollTo: (rank: number) => void;
  reveal: (rank: number) => void;
  /** Scrolls so that the thumb's top is at `share` of the lane. */
  jump: (share: number) => void;
  rowsInSight: () => number;
};

export function useListScroll(grid: RefObject<HTMLDivElement | null>, state: ListState, height: number): ListScroll {
  const first = firstRank(state.base, state.shown, height);
  const rowCount = state.shown - first;
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => grid.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
  });
  const measure = virtual.measure;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when their height is another
  useLayoutEffect(() => measure(), [measure, height]);

  useFollowing(grid, state, rowCount * height);
  useSteadyRows(grid, state, first, height);

  const items = virtual.getVirtualItems();
  const from = first + (items[0]?.index ?? 0);
  const to = first + (items[items.length - 1]?.index ?? -1) + 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when rows changed, not only when the place did
  useEffect(() => list.want(from, to), [from, to, state.version]);

  const scrollTo = useCallback(
    (rank: number) => virtual.scrollToIndex(rank - first, { align: "auto" }),
    [virtual, first],
  );
  const reveal = useCallback(
    (rank: number) => {
      const element = grid.current;
      if (!element) return;
      const top = (rank - first) * height - element.scrollTop;
      const inSight = top >= 0 && top + height <= element.clientHeight - HEAD;
      if (!inSight) virtual.scrollToIndex(rank - first, { align: "center" });
    },
    [virtual, grid, first, height],
  );
  const total = rowCount * height;
  const viewport = Math.max(0, (virtual.scrollRect?.height ?? 0) - HEAD);
  const jump = useCallback(
    (share: number) => {
      const thumb = thumbOf(0, viewport, total);
      if (grid.current) grid.current.scrollTop = (share / Math.max(1e-9, 1 - thumb.size)) * (total - viewport);
    },
    [grid, viewport, total],
  );
  const rowsInSight = useCallback(() => Math.max(1, Math.floor(viewport / height) - 1), [viewport, height]);
  return {
    rows: items.map((item) => ({ rank: first + item.index, top: item.start - HEAD })),
    totalHeight: total,
    thumb: thumbOf(virtual.scrollOffset ?? 0, viewport, total),
    cutOff: first - state.base,
    scrollTo,
    reveal,
    jump,
    rowsInSight,
  };
}

/** Keeps the newest row at the bottom while the list follows; a scroll by the reader decides whether it does. */
function useFollowing(grid: RefObject<HTMLDivElement | null>, state: ListState, total: number): void {
  const own = useRef(-1);
  const following = state.following && !state.paused;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `total` is what moves the end
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element || !following) return;
    element.scrollTop = element.scrollHeight;
    own.current = element.scrollTop;
  }, [grid, following, total, state.version]);
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    function moved() {
      if (!element || Math.abs(element.scrollTop - own.current) < 1) return;
      own.current = -1;
      const distance = element.scrollHeight - element.clientHeight - element.scrollTop;
      const meaning = scrolled(distance, list.snapshot().following);
      if (meaning === "hold") list.hold();
      if (meaning === "follow") list.follow();
    }
    function wheeled(event: WheelEvent) {
      if (event.deltaY < 0 && element && element.scrollHeight > element.clientHeight) list.hold();
    }
    element.addEventListener("scroll", moved, { passive: true });
    element.addEventListener("wheel", wheeled, { passive: true });
    return () => {
      element.removeEventListener("scroll", moved);
      element.removeEventListener("wheel", wheeled);
    };
  }, [grid]);
}

/** Rows that leave at the old end must not shift those that are being read. */
function useSteadyRows(grid: RefObject<HTMLDivElement | null>, state: ListState, first: number, height: number): void {
  const last = useRef({ view: state.view, first });
  useLayoutEffect(() => {
    const element = grid.current;
    const gone = first - last.current.first;
    if (element && gone > 0 && last.current.view === state.view) element.scrollTop -= gone * height;
    last.current = { view: state.view, first };
  }, [grid, state.view, first, height]);
}
