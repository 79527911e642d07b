import type { WorkerCoverage } from "../api/types.ts";

/** The pod where there is one, else the host, else the number that the sidecar gave itself. */
export function workerName(worker: WorkerCoverage): string {
  return worker.pod || worker.node || worker.worker;
}
