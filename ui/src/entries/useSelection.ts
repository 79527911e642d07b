// The selected row. It is an entry, not a position: it survives arrivals and a changed filter. The address names the
// entry that is open in the detail; a row can be selected without being open.
import { type RefObject, useCallback, useEffect, useState } from "react";
import { list } from "../live/instance.ts";
import type { ListState } from "../live/store.ts";
import type { UrlState } from "../shell/urlState.ts";
import type { SetUrl } from "../shell/useUrlState.ts";
import type { ListHandle } from "./List.tsx";

export type Selection = {
  selected: { id: string; rank: number | undefined } | null;
  /** Whether the open entry matches the list's filter; null while that is not known. */
  listed: boolean | null;
  select: (rank: number) => void;
  move: (step: number) => void;
  oldest: () => void;
  open: () => void;
  close: () => void;
  escape: () => void;
};

type Place = { id: string; rank: number | undefined };

export function useSelection(
  url: UrlState,
  setUrl: SetUrl,
  state: ListState,
  rows: RefObject<ListHandle | null>,
): Selection {
  const [place, setPlace] = useState<Place | null>(null);
  const [awaited, setAwaited] = useState<number | null>(null);
  const isOpen = url.entry !== null;
  const { view, version } = state;

  // The entry of the address is the selected one, and is looked for in the list whenever the list is another.
  useEffect(() => {
    const id = url.entry;
    if (!id || !view) return;
    let current = true;
    list.hold();
    void list
      .locate(id)
      .catch(() => undefined)
      .then((rank) => {
        if (!current) return;
        setPlace({ id, rank });
        if (rank !== undefined) requestAnimationFrame(() => rows.current?.reveal(rank));
      });
    return () => {
      current = false;
    };
  }, [url.entry, view, rows]);

  const show = useCallback(
    (rank: number) => {
      const entry = list.row(rank);
      rows.current?.scrollTo(rank);
      list.hold();
      if (!entry) {
        setAwaited(rank);
        return;
      }
      setAwaited(null);
      setPlace({ id: entry.id, rank });
      if (isOpen) setUrl({ entry: entry.id }, { replace: true });
    },
    [rows, isOpen, setUrl],
  );
  // A row that the selection moved to before it was loaded.
  // biome-ignore lint/correctness/useExhaustiveDependencies: tried again whenever rows came
  useEffect(() => {
    if (awaited !== null && list.row(awaited)) show(awaited);
  }, [awaited, version, show]);

  const select = useCallback(
    (rank: number) => {
      const entry = list.row(rank);
      if (!entry) return;
      list.hold();
      setPlace({ id: entry.id, rank });
      rows.current?.focus();
      setUrl({ entry: entry.id }, { replace: isOpen });
    },
    [rows, isOpen, setUrl],
  );
  const close = useCallback(() => {
    setUrl({ entry: null, tab: null });
    rows.current?.focus();
  }, [setUrl, rows]);

  function move(step: number) {
    const { base, shown } = list.snapshot();
    if (shown <= base) return;
    const from = place?.rank ?? awaited ?? (step > 0 ? base - 1 : shown);
    const to = Math.min(shown - 1, Math.max(base, (awaited ?? from) + step));
    // Nothing selected: begin at the newest, which is what is in sight.
    show(place === null && awaited === null ? shown - 1 : to);
  }
  return {
    selected: place,
    listed: place && place.id === url.entry ? place.rank !== undefined : null,
    select,
    move,
    oldest: () => show(list.snapshot().base),
    open: () => {
      if (place) setUrl({ entry: place.id });
    },
    close,
    escape: () => {
      if (isOpen) close();
      else {
        setPlace(null);
        setAwaited(null);
      }
    },
  };
}
