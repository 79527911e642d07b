// One row of the list. Its place is given by the list; it is painted anew only when its entry or its selection changes.
import { type MouseEvent, memo } from "react";
import type { EntrySummary } from "../api/types.ts";
import { bytes, clock, moment, type Zone } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { Status } from "../components/Status.tsx";
import { viewOf } from "../protocols/index.ts";
import {
  barKind,
  barWidth,
  elapsedText,
  isTrouble,
  markOf,
  peerAddress,
  peerName,
  signsOf,
  sizeOf,
  statusText,
} from "./columns.ts";
import styles from "./List.module.css";

export type RowProps = {
  rank: number;
  top: number;
  entry: EntrySummary | undefined;
  selected: boolean;
  zone: Zone;
  onPress: (rank: number, event: MouseEvent<HTMLElement>) => void;
};

export const Row = memo(function Row({ rank, top, entry, selected, zone, onPress }: RowProps) {
  const place = { transform: `translateY(${top}px)` };
  if (!entry) return <Blank rank={rank} top={top} />;
  const view = viewOf(entry);
  const line = view.line(entry);
  const size = sizeOf(entry);
  const [hours, seconds] = clock(entry.timestamp, zone);
  const names = [
    styles.row,
    selected ? styles.selected : "",
    isTrouble(entry) ? styles.bad : "",
    entry.notes.includes("probe") ? styles.dim : "",
    view.colour,
  ];
  return (
    <div
      role="row"
      id={`row-${entry.id}`}
      data-id={entry.id}
      aria-rowindex={rank + 2}
      aria-selected={selected}
      className={names.filter(Boolean).join(" ")}
      style={place}
      onClick={(event) => onPress(rank, event)}
    >
      <span role="gridcell" className={styles.time} title={moment(entry.timestamp, zone)}>
        <i>{hours}</i>
        {seconds}
      </span>
      <span role="gridcell" data-column="protocol" className={styles.protocol}>
        {view.label(entry)}
      </span>
      <span role="gridcell" data-column="status">
        <Status mark={markOf(entry)}>{statusText(entry)}</Status>
      </span>
      <span role="gridcell" data-column="method" className={`${styles.method} cut`}>
        {view.verb(entry)}
      </span>
      <span role="gridcell" data-column="summary" className={styles.summary}>
        <span className={`${styles.line} cut`} title={entry.summary}>
          {line.before ? <i>{line.before}</i> : null}
          {line.main}
          {line.after ? <i>{line.after}</i> : null}
        </span>
        <Signs entry={entry} />
      </span>
      <span role="gridcell" className={styles.peers}>
        <span className="cut" data-column="src" title={peerAddress(entry.src)}>
          {peerName(entry.src)}
        </span>
        <Icon name={entry.message_direction === "s2c" ? "arrow-left" : "arrow-right"} size={12} />
        <span className="cut" data-column="dst" title={peerAddress(entry.dst)}>
          {peerName(entry.dst)}
        </span>
      </span>
      <span role="gridcell" className={styles.duration}>
        <span className={entry.elapsed_us === null ? "num faint" : "num"}>{elapsedText(entry)}</span>
        <Bar entry={entry} />
      </span>
      <span role="gridcell" className={`num ${styles.size}`}>
        {size === null ? "–" : bytes(size)}
      </span>
    </div>
  );
});

function Bar({ entry }: { entry: EntrySummary }) {
  if (entry.notes.includes("open"))
    return (
      <span className={styles.bar}>
        <i className={styles.openBar} />
      </span>
    );
  if (entry.elapsed_us === null) return <span className={styles.bar} />;
  return (
    <span className={styles.bar}>
      <i className={styles[barKind(entry)]} style={{ width: `${barWidth(entry.elapsed_us)}%` }} />
    </span>
  );
}

function Signs({ entry }: { entry: EntrySummary }) {
  const signs = signsOf(entry);
  if (signs.length === 0) return null;
  return (
    <span className={styles.signs}>
      {signs.map((sign) => (
        <Icon key={sign.icon} name={sign.icon} size={13} label={sign.label} className={styles[sign.tone]} />
      ))}
    </span>
  );
}

/** The place of a row that is being loaded. */
export function Blank({ rank, top }: { rank: number; top: number }) {
  return (
    <div
      role="row"
      aria-rowindex={rank + 2}
      className={`${styles.row} ${styles.blank}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell">
        <i />
        <span className="hidden">loading</span>
      </span>
      <span role="gridcell">
        <i />
      </span>
      <span role="gridcell">
        <i />
      </span>
      <span role="gridcell" />
      <span role="gridcell">
        <i />
      </span>
    </div>
  );
}
