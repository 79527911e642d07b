// What could stand at the cursor, with its meaning, or with how many entries have that value.
import { useEffect, useRef } from "react";
import type { Completion, CompletionList } from "../api/types.ts";
import { count } from "../components/format.ts";
import { highlight } from "./complete.ts";
import { fieldBefore } from "./fieldBefore.ts";
import styles from "./QueryBar.module.css";
import { useFields } from "./useFields.ts";

type Props = { list: CompletionList; draft: string; chosen: number; onTake: (index: number) => void };

export function Completions({ list, draft, chosen, onTake }: Props) {
  const typed = draft.slice(list.start, list.end);
  const values = list.items.some((item) => item.kind === "value");
  const most = Math.max(1, ...list.items.map((item) => item.count ?? 0));
  const path = values ? fieldBefore(draft, list.start) : "";
  const help = useFields()?.fields.find((field) => field.path === path)?.help;
  const options = useRef<HTMLDivElement>(null);
  useEffect(() => {
    void options.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div
      className={`${styles.popup} ${styles.completions}`}
      style={{ left: `calc(${38 - 9}px + ${Math.min(list.start, 90)} * 1ch)` }}
    >
      {path ? (
        <div className={styles.popupHead}>
          <code className={styles.path}>{path}</code>
          <span className="quiet cut">{help}</span>
        </div>
      ) : null}
      <div
        className={values ? styles.options : `${styles.options} ${styles.words}`}
        id="completions"
        role="listbox"
        aria-label="Completions"
        ref={options}
      >
        {list.items.map((item, index) => (
          <div
            key={`${item.kind} ${item.text}`}
            id={`completion-${index}`}
            role="option"
            aria-selected={index === chosen}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onTake(index)}
          >
            <Option item={item} typed={typed} most={most} />
          </div>
        ))}
      </div>
      <div className={styles.popupFoot}>
        <span>
          <kbd>↑</kbd>
          <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Tab</kbd> accept
        </span>
        <span className="grow" />
        {values ? <span>counts are of all that is stored</span> : null}
      </div>
    </div>
  );
}

function Option({ item, typed, most }: { item: Completion; typed: string; most: number }) {
  const [before, match, after] = highlight(item.text, typed);
  return (
    <>
      <span className="cut">
        {before}
        {match ? <mark>{match}</mark> : null}
        {after}
      </span>
      {item.count !== null ? (
        <>
          <span className={styles.meter}>
            <i style={{ width: `${(item.count / most) * 100}%` }} />
          </span>
          <span className="num">{count(item.count)}</span>
        </>
      ) : (
        <span className={`${styles.about} cut`}>{item.help || item.kind}</span>
      )}
    </>
  );
}
