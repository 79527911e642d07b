// Who captures, how far its traffic comes, and why it stops there: for the empty list.
import type { WorkerCoverage } from "../api/types.ts";
import styles from "./Coverage.module.css";
import { why } from "./health.ts";
import { StageNames, Stages } from "./Stages.tsx";
import { workerName } from "./workerName.ts";

export function PodList({ workers }: { workers: readonly WorkerCoverage[] }) {
  return (
    <ul className={styles.podList}>
      <li className={styles.podHead}>
        <span>Captured by</span>
        <StageNames />
        <span />
      </li>
      {workers.map((worker) => (
        <li key={worker.worker}>
          <span className="cut" title={worker.worker}>
            {workerName(worker)} <span className="faint">{worker.interfaces.join(", ")}</span>
          </span>
          <Stages worker={worker} />
          <p>{why(worker)}</p>
        </li>
      ))}
    </ul>
  );
}
