// Makes the list hold what the address asks for. The first load of a page also leaves it at the newest end.
import { useCallback, useEffect } from "react";
import { list } from "../live/instance.ts";
import type { UrlState } from "../shell/urlState.ts";

export function useLoadedView(url: UrlState): () => void {
  const { query } = url;
  const from = url.range?.from ?? null;
  const to = url.range?.to ?? null;
  const load = useCallback(() => void list.load({ query, from, to }), [query, from, to]);
  useEffect(() => {
    const loaded = list.snapshot().view;
    // Coming back from another screen: the list went on meanwhile and needs nothing.
    if (loaded && loaded.query === query && loaded.from === from && loaded.to === to) return;
    load();
  }, [load, query, from, to]);
  return load;
}
