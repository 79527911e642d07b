// The coverage screen: what is captured of what passes by, for each that captures, and what was lost and why.
import { useEffect } from "react";
import { failureOf } from "../api/client.ts";
import { Button } from "../components/Button.tsx";
import { Command } from "../components/Command.tsx";
import { Empty, Next } from "../components/Empty.tsx";
import { emptyLead, nextCommands } from "../entries/emptyWords.ts";
import { useCoverage, useStatus } from "../live/hooks.ts";
import styles from "./Coverage.module.css";
import { Figures } from "./Figures.tsx";
import { Ledger } from "./Ledger.tsx";
import { WorkerTable } from "./WorkerTable.tsx";

export function CoverageScreen() {
  const status = useStatus();
  const { data, error, refetch } = useCoverage(2_000);
  useEffect(() => {
    document.title = "Coverage · mizu";
  }, []);
  if (error && !data) {
    const failure = failureOf(error);
    return (
      <main>
        <Empty title="Coverage could not be loaded" lead={failure.message}>
          <p className="quiet">{failure.error.hint}</p>
          <Button kind="line" onClick={() => void refetch()}>
            Try again
          </Button>
        </Empty>
      </main>
    );
  }
  if (!data || !status) return <main aria-busy="true" />;
  if (data.workers.length === 0) {
    return (
      <main>
        <Empty title="Nobody captures yet" lead={emptyLead(status, [])}>
          <Next
            steps={nextCommands(status, []).map(({ say, command }) => ({
              say,
              do: <Command text={command} />,
            }))}
          />
        </Empty>
      </main>
    );
  }
  return (
    <main className={styles.screen}>
      <h1 className="hidden">Coverage</h1>
      <div className={styles.wrap}>
        <div className={styles.stack}>
          <Figures workers={data.workers} share={data.captured_share} />
          <WorkerTable workers={data.workers} />
        </div>
        <Ledger coverage={data} status={status} />
      </div>
    </main>
  );
}
