// How far the traffic of one that captures comes, as four marks in a row and as a sentence.
import type { WorkerCoverage } from "../api/types.ts";
import { assertNever } from "../components/assertNever.ts";
import { Icon } from "../components/Icon.tsx";
import styles from "./Coverage.module.css";
import { STAGES, type Stage, type Step, stages } from "./health.ts";

const TITLES: Readonly<Record<Stage, string>> = {
  listen: "Listening",
  packet: "Packets",
  call: "Calls",
  deliver: "Delivering",
};

export function StageNames() {
  return (
    <span className={styles.stageNames}>
      {STAGES.map((stage) => (
        <span key={stage}>{stage}</span>
      ))}
    </span>
  );
}

export function Stages({ worker, calm = false }: { worker: WorkerCoverage; calm?: boolean }) {
  const steps = stages(worker);
  const sentence = STAGES.map((stage, index) => `${TITLES[stage]}: ${wordOf(steps[index] ?? "unreached")}`).join(", ");
  return (
    <span className={calm ? `${styles.stages} ${styles.calm}` : styles.stages} role="img" aria-label={sentence}>
      {STAGES.map((stage, index) => {
        const step = steps[index] ?? "unreached";
        return (
          <i key={stage} className={styles[step]} title={`${TITLES[stage]}: ${wordOf(step)}`}>
            {step === "unreached" ? null : (
              <Icon name={step === "yes" ? "check" : step === "no" ? "close" : "clock"} size={11} />
            )}
          </i>
        );
      })}
    </span>
  );
}

function wordOf(step: Step): string {
  switch (step) {
    case "yes":
      return "yes";
    case "no":
      return "no";
    case "waiting":
      return "waiting";
    case "unreached":
      return "not reached";
    default:
      return assertNever(step);
  }
}
