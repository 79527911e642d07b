// The tabs of an entry. `[` and `]` walk through them from anywhere; arrows when one has the focus.
import { type KeyboardEvent, useRef } from "react";
import { useActions } from "../shell/keyboard.ts";
import type { Tab } from "../shell/urlState.ts";
import styles from "./Detail.module.css";
import { neighbour, type TabInfo } from "./tabs.ts";

type Props = { tabs: readonly TabInfo[]; shown: Tab; onTab: (tab: Tab) => void };

export function DetailTabs({ tabs, shown, onTab }: Props) {
  const bar = useRef<HTMLDivElement>(null);
  useActions({
    "next-tab": () => onTab(neighbour(tabs, shown, 1)),
    "previous-tab": () => onTab(neighbour(tabs, shown, -1)),
  });
  function keys(event: KeyboardEvent<HTMLElement>) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = neighbour(tabs, shown, step);
    onTab(next);
    bar.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }
  return (
    <div className={styles.tabs} role="tablist" aria-label="Entry" ref={bar} onKeyDown={keys}>
      {tabs.map(({ tab, name, count }) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === shown}
          aria-controls="detail-panel"
          tabIndex={tab === shown ? 0 : -1}
          onClick={() => onTab(tab)}
        >
          {name}
          {count !== null ? <span className="faint num">{count}</span> : null}
        </button>
      ))}
    </div>
  );
}
