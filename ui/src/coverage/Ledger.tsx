// The books: what was seen, read, stored, what waits and what was lost by cause; and how full the store is.
import type { Coverage, LossView, Status } from "../api/types.ts";
import { bytes, count, moment, plural, share, timeOfDay } from "../components/format.ts";
import { usePreferences } from "../shell/preferences.ts";
import styles from "./Coverage.module.css";
import { amount, isSerious } from "./health.ts";

export function Ledger({ coverage, status }: { coverage: Coverage; status: Status }) {
  const { zone } = usePreferences();
  const sum = (of: (worker: Coverage["workers"][number]) => number) =>
    coverage.workers.reduce((total, worker) => total + of(worker), 0);
  const entries = sum((worker) => worker.entries);
  const stored = sum((worker) => worker.stored);
  const waiting = sum((worker) => worker.waiting_batches);
  const lost = coverage.losses.find((loss) => loss.cause === "dropped_entries")?.count ?? 0;
  const part = (value: number) => (entries > 0 ? share(value / entries) : "–");
  return (
    <aside className={styles.card} aria-label="Ledger">
      <div className={styles.paneHead}>
        <h2>Ledger</h2>
      </div>
      <div
        className={styles.split}
        role="img"
        aria-label={`Stored ${part(stored)}, lost ${part(lost)} of the calls read`}
      >
        <i style={{ flex: Math.max(1, stored), background: "var(--fill-ok)" }} />
        {waiting > 0 ? <i style={{ width: 6, background: "var(--fill-warn)" }} /> : null}
        {coverage.losses.some((loss) => isSerious(loss.cause)) ? (
          <i style={{ width: 4, background: "var(--fill-err)" }} />
        ) : null}
      </div>
      <div className={styles.ledger}>
        <Entry name="Packets seen" value={count(sum((worker) => worker.packets))} />
        <Entry name="Bytes seen" value={bytes(sum((worker) => worker.bytes))} />
        <Entry name="Calls read" value={count(entries)} part={entries > 0 ? "100 %" : ""} total />
        <Entry name="Stored" value={count(stored)} part={part(Math.min(stored, entries))} />
        <Entry name="Waiting" value={plural(waiting, "batch", "batches")} tone={waiting > 0 ? "warn" : undefined} />
        {coverage.losses.map((loss) => (
          <Loss key={loss.cause} loss={loss} />
        ))}
        {coverage.losses.length === 0 ? <Entry name="Lost" value="0" /> : null}
      </div>
      <div className={`${styles.paneHead} ${styles.again}`}>
        <h2>Store</h2>
        <span className="grow" />
        <span className="faint">
          {bytes(status.store_bytes)}
          {status.store_limit > 0 ? ` of ${bytes(status.store_limit)}` : ""}
        </span>
      </div>
      <div className={styles.ledger}>
        <Entry name="Calls held" value={count(status.entries)} />
        <Entry
          name="Oldest call"
          value={status.oldest ? timeOfDay(Date.parse(status.oldest), zone) : "–"}
          title={moment(status.oldest, zone)}
        />
        <Entry
          name="State"
          value={status.store}
          tone={status.store === "ready" ? undefined : "warn"}
          title={status.store_reason}
        />
        <Entry name="Kept in" value={status.store_kind} />
        <Entry name="Version" value={status.version} />
      </div>
    </aside>
  );
}

function Loss({ loss }: { loss: LossView }) {
  return (
    <Entry
      name={loss.label}
      value={amount(loss.count, loss.unit)}
      title={[loss.label, loss.hint].filter(Boolean).join(" ")}
      tone={isSerious(loss.cause) ? "err" : "warn"}
    />
  );
}

type EntryProps = {
  name: string;
  value: string;
  part?: string;
  title?: string;
  total?: boolean;
  tone?: "warn" | "err" | undefined;
};

function Entry({ name, value, part = "", title, total = false, tone }: EntryProps) {
  const names = [styles.booking, total ? styles.total : "", tone ? styles[tone] : ""].filter(Boolean);
  return (
    <div className={names.join(" ")} title={title}>
      <span className="cut">{name}</span>
      <b className="num">{value}</b>
      <span className="num faint">{part}</span>
    </div>
  );
}
