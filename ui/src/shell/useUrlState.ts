// The state in the address, read and changed. A change of filter, range or selected screen is a step that Back undoes;
// walking from row to row is not.
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { readUrl, type UrlState, writeUrl } from "./urlState.ts";

export type SetUrl = (change: Partial<UrlState>, how?: { replace: boolean }) => void;

export function useUrlState(): [UrlState, SetUrl] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const state = useMemo(() => readUrl(search), [search]);
  const set = useCallback<SetUrl>(
    (change, how) => {
      const next = writeUrl({ ...readUrl(window.location.search), ...change });
      navigate(`/${next}`, { replace: how?.replace ?? false });
    },
    [navigate],
  );
  return [state, set];
}
