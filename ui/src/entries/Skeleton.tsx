// The list before its first rows have come: blank rows in their places, and only if that takes longer than a moment.
import { rowHeight, usePreferences } from "../shell/preferences.ts";
import styles from "./List.module.css";
import { ListHead } from "./ListHead.tsx";
import { Blank } from "./Row.tsx";

const ROWS = 24;

export function Skeleton() {
  const { density } = usePreferences();
  const height = rowHeight(density);
  return (
    <section className={`${styles.list} ${styles.late}`} aria-label="Captured calls" aria-busy="true">
      <div role="grid" aria-label="Calls" className={styles.grid}>
        <ListHead />
        <div role="rowgroup" className={styles.body}>
          {Array.from({ length: ROWS }, (_, rank) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: blank rows have no identity but their place
            <Blank key={rank} rank={rank} top={rank * height} />
          ))}
        </div>
      </div>
    </section>
  );
}
