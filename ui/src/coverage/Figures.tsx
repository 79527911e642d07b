// Four figures: how many capture, how much of the packets was captured, calls read, calls stored.
import type { WorkerCoverage } from "../api/types.ts";
import { count, plural, share } from "../components/format.ts";
import styles from "./Coverage.module.css";
import { health } from "./health.ts";

export function Figures({ workers, share: captured }: { workers: readonly WorkerCoverage[]; share: number }) {
  const capturing = workers.filter((worker) => worker.state !== "unavailable").length;
  const delivering = workers.filter((worker) => health(worker) === "well").length;
  const entries = workers.reduce((sum, worker) => sum + worker.entries, 0);
  const stored = workers.reduce((sum, worker) => sum + worker.stored, 0);
  const interfaces = new Set(workers.flatMap((worker) => worker.interfaces)).size;
  const refused = workers.length - capturing;
  return (
    <section className={`${styles.card} ${styles.figures}`} aria-label="In figures">
      <Figure
        name="Capturing"
        value={count(capturing)}
        aside={refused > 0 ? `${refused} cannot` : plural(interfaces, "interface")}
        part={capturing / workers.length}
        warn={refused > 0}
      />
      <Figure
        name="Packets captured"
        value={share(captured)}
        aside={captured < 1 ? "the rest was lost" : "none was lost"}
        part={captured}
        warn={captured < 1}
      />
      <Figure
        name="Calls read"
        value={count(entries)}
        aside={entries > 0 ? `by ${plural(workers.filter((worker) => worker.entries > 0).length, "tap")}` : "none yet"}
        part={entries > 0 ? 1 : 0}
        warn={entries === 0}
      />
      <Figure
        name="Delivering"
        value={count(delivering)}
        aside={delivering < workers.length ? `${workers.length - delivering} not` : `${count(stored)} stored`}
        part={delivering / workers.length}
        warn={delivering < workers.length}
      />
    </section>
  );
}

type FigureProps = { name: string; value: string; aside: string; part: number; warn: boolean };

function Figure({ name, value, aside, part, warn }: FigureProps) {
  return (
    <div className={warn ? `${styles.figure} ${styles.warns}` : styles.figure}>
      <span className={styles.figureName}>{name}</span>
      <span className={styles.figureValue}>{value}</span>
      <span className={styles.figureAside}>{aside}</span>
      <span className={styles.meter}>
        <i style={{ width: `${Math.min(100, part * 100)}%` }} />
      </span>
    </div>
  );
}
