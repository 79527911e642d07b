// The line in which one asks: filter, range, saved filters. A draft becomes the filter on Enter and only if it is
// right; until then the list keeps what it shows.
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import type { QueryError } from "../api/types.ts";
import { Button } from "../components/Button.tsx";
import { count } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import type { Range } from "../shell/urlState.ts";
import { RangeMenu } from "../strip/RangeMenu.tsx";
import { Completions } from "./Completions.tsx";
import { accept } from "./complete.ts";
import { ErrorPopup } from "./ErrorPopup.tsx";
import { FilterInput } from "./FilterInput.tsx";
import { remember, useHistory } from "./keptFilters.ts";
import styles from "./QueryBar.module.css";
import { SavedMenu } from "./SavedMenu.tsx";
import { isAtCaret, isUnfinished } from "./unfinished.ts";
import { useCompletions, useDraft } from "./useDraft.ts";
import { ViewMenu } from "./ViewMenu.tsx";

export type QueryBarHandle = { focus: () => void };

type Props = {
  ref: Ref<QueryBarHandle>;
  applied: string;
  range: Range | null;
  loading: boolean;
  /** What the aggregator had against the filter in the address. */
  refused: QueryError | null;
  onApply: (query: string) => void;
  onRange: (range: Range | null) => void;
};

export function QueryBar({ ref, applied, range, loading, refused, onApply, onRange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(applied);
  const [caret, setCaret] = useState(applied.length);
  const [focused, setFocused] = useState(false);
  const [completing, setCompleting] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [complaint, setComplaint] = useState<QueryError | null>(null);
  const [past, setPast] = useState(-1);
  const history = useHistory();
  const { verdict, check } = useDraft(draft, applied, range);
  const completions = useCompletions(draft, caret, focused && completing);
  const items = completions?.items ?? [];
  const found = verdict?.error ?? null;
  const offered = focused && completing && items.length > 0;
  // A word that is being typed, and for which there are offers, is not an error yet.
  const early = found !== null && offered && isUnfinished(found, draft);
  const error = complaint ?? (early ? null : found) ?? (draft === applied ? refused : null);

  useEffect(() => {
    setDraft(applied);
    setComplaint(null);
    setCompleting(false);
  }, [applied]);
  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus();
      input.current?.select();
    },
  }));

  function write(text: string, at: number) {
    setDraft(text);
    setCaret(at);
    setComplaint(null);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  }
  function take(index: number) {
    const item = items[index];
    if (!completions || !item) return;
    const edit = accept(draft, completions, item);
    write(edit.text, edit.caret);
    setCompleting(item.kind !== "value");
  }
  async function apply(text: string) {
    setCompleting(false);
    setPast(-1);
    const query = text.trim();
    try {
      const { error: wrong } = query ? await check(query) : { error: null };
      if (wrong) return setComplaint(wrong);
    } catch {
      // The aggregator does not answer; the list will say so in its place.
    }
    if (query) remember(query);
    setDraft(query);
    onApply(query);
  }
  function fromHistory(step: number) {
    const at = Math.min(history.length - 1, Math.max(-1, past + step));
    setPast(at);
    const text = at < 0 ? applied : (history[at] ?? applied);
    write(text, text.length);
    setCompleting(false);
  }
  function keys(key: string): boolean {
    const open = completing && items.length > 0;
    switch (key) {
      case "Enter":
        if (open && chosen >= 0) take(chosen);
        else void apply(draft);
        return true;
      case "Tab":
        if (!open) return false;
        take(Math.max(0, chosen));
        return true;
      case "ArrowDown":
      case "ArrowUp": {
        const step = key === "ArrowDown" ? 1 : -1;
        if (open) setChosen((chosen + step + items.length) % items.length);
        else fromHistory(-step);
        return true;
      }
      case "Escape":
        if (open || error) {
          setCompleting(false);
          setComplaint(null);
          if (!open) input.current?.blur();
        } else input.current?.blur();
        return true;
      default:
        return false;
    }
  }
  const popup = offered && (error === null || isAtCaret(error, caret));
  return (
    <div className={styles.bar} role="search">
      <FilterInput
        input={input}
        text={draft}
        error={error}
        expanded={popup}
        active={popup && chosen >= 0 ? `completion-${chosen}` : undefined}
        onText={(text, at) => {
          setDraft(text);
          setCaret(at);
          setComplaint(null);
          setCompleting(true);
          setChosen(-1);
        }}
        onCaret={setCaret}
        onFocus={setFocused}
        onKey={keys}
      >
        <Hint draft={draft !== applied} matched={verdict?.matched ?? null} />
        {draft ? (
          <Button
            kind="icon"
            className={styles.clear}
            title="Clear"
            aria-label="Clear the filter"
            onClick={() => {
              write("", 0);
              void apply("");
              input.current?.focus();
            }}
          >
            <Icon name="close" size={14} />
          </Button>
        ) : null}
      </FilterInput>
      {popup && completions ? (
        <Completions list={completions} draft={draft} chosen={chosen} onTake={take} />
      ) : error && (focused || error === refused) ? (
        <ErrorPopup error={error} draft={draft} onFix={(text) => write(text, text.length)} />
      ) : null}
      <Button kind="solid" tall disabled={error !== null} onClick={() => void apply(draft)}>
        Apply <kbd>↵</kbd>
      </Button>
      <RangeMenu range={range} onRange={onRange} />
      <SavedMenu filter={applied} onApply={(query) => void apply(query)} />
      <ViewMenu />
      {loading ? <Loading /> : null}
    </div>
  );
}

function Hint({ draft, matched }: { draft: boolean; matched: number | null }) {
  if (!draft) return null;
  return (
    <span className={styles.hint}>
      <span className={styles.tag}>draft</span>
      {matched !== null ? (
        <span role="status">
          <b>{count(matched)}</b> match
        </span>
      ) : null}
    </span>
  );
}

/** The line that says that the list is about to change; it shows only where that takes longer than 200 ms. */
function Loading() {
  return (
    <span className={styles.loading} role="status">
      <span className="hidden">Loading</span>
    </span>
  );
}
