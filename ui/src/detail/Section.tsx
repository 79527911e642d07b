// A part of the detail that folds. Whether it is open is remembered by its title, for all entries.
import { type ReactNode, useState } from "react";
import { Icon } from "../components/Icon.tsx";
import styles from "./Detail.module.css";

const KEY = "mizu.closed";

function closedTitles(): Set<string> {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(list) ? list.filter((item) => typeof item === "string") : []);
  } catch {
    return new Set();
  }
}

function remember(title: string, open: boolean): void {
  try {
    const closed = closedTitles();
    if (open) closed.delete(title);
    else closed.add(title);
    localStorage.setItem(KEY, JSON.stringify([...closed]));
  } catch {
    // No storage: it opens again with the next entry.
  }
}

type Props = { title: string; note?: string | number; children: ReactNode };

export function Section({ title, note, children }: Props) {
  const [open, setOpen] = useState(() => !closedTitles().has(title));
  return (
    <details
      className={styles.section}
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now === open) return;
        setOpen(now);
        remember(title, now);
      }}
    >
      <summary>
        <Icon name="right" size={12} className={styles.chevron} />
        {title}
        {note !== undefined ? <span className={styles.note}>{note}</span> : null}
      </summary>
      <div className={styles.inside}>{children}</div>
    </details>
  );
}
