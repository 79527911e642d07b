// The names of the columns. The order is fixed: arrival, oldest first.
import { Icon } from "../components/Icon.tsx";
import styles from "./List.module.css";

export function ListHead() {
  return (
    <div role="rowgroup" className={styles.headGroup}>
      <div role="row" aria-rowindex={1} className={styles.head}>
        <Column sorted>
          Time <Icon name="arrow-down" size={11} />
        </Column>
        <Column>Protocol</Column>
        <Column>Status</Column>
        <Column>Method</Column>
        <Column>Summary</Column>
        <Column className={styles.peers}>
          <span>Source</span>
          <span />
          <span>Destination</span>
        </Column>
        <Column className={styles.duration}>
          <span className="num">Duration</span>
          <span />
        </Column>
        <Column>Size</Column>
      </div>
    </div>
  );
}

type ColumnProps = { children: React.ReactNode; className?: string | undefined; sorted?: boolean };

function Column({ children, className, sorted = false }: ColumnProps) {
  return (
    <span role="columnheader" aria-sort={sorted ? "ascending" : undefined} className={className}>
      {children}
    </span>
  );
}
