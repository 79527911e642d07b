// The text field of the filter: a plain input, with its own text drawn in colours beneath it. The input keeps what
// browsers are good at (selection, undo, input methods); the colours need no editor.
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import type { QueryError } from "../api/types.ts";
import { Icon } from "../components/Icon.tsx";
import { pieces } from "./pieces.ts";
import styles from "./QueryBar.module.css";

type Props = {
  input: RefObject<HTMLInputElement | null>;
  text: string;
  error: QueryError | null;
  expanded: boolean;
  active: string | undefined;
  onText: (text: string, caret: number) => void;
  onCaret: (caret: number) => void;
  onFocus: (focused: boolean) => void;
  /** Whether the key was used. */
  onKey: (key: string) => boolean;
  children: ReactNode;
};

export function FilterInput({
  input,
  text,
  error,
  expanded,
  active,
  onText,
  onCaret,
  onFocus,
  onKey,
  children,
}: Props) {
  const colours = useRef<HTMLDivElement>(null);
  function align() {
    if (colours.current && input.current) colours.current.scrollLeft = input.current.scrollLeft;
  }
  useEffect(align);
  return (
    <div className={error ? `${styles.field} ${styles.wrong}` : styles.field}>
      <Icon name="filter" />
      <div className={styles.text}>
        <div className={styles.colours} ref={colours} aria-hidden="true">
          {pieces(text, error).map((piece) => (
            <span
              key={piece.start}
              className={[styles[piece.kind], piece.wrong ? styles.wave : ""].filter(Boolean).join(" ")}
            >
              {piece.text}
            </span>
          ))}
        </div>
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-expanded={expanded}
          aria-controls="completions"
          aria-autocomplete="list"
          aria-activedescendant={active}
          aria-invalid={error !== null}
          aria-describedby={error ? "filter-error" : undefined}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          placeholder={"Filter: http and response.status >= 500"}
          value={text}
          onChange={(event) => onText(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onSelect={(event) => {
            onCaret(event.currentTarget.selectionStart ?? 0);
            align();
          }}
          onScroll={align}
          onFocus={() => onFocus(true)}
          onBlur={() => onFocus(false)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
            if (!onKey(event.key)) return;
            event.preventDefault();
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
          }}
        />
      </div>
      {children}
    </div>
  );
}
