// Why there is nothing yet, and the next command, by who captures and how far its traffic comes. Pure.
import type { Status, WorkerCoverage } from "../api/types.ts";
import { plural } from "../components/format.ts";

export function emptyLead(status: Status, workers: readonly WorkerCoverage[]): string {
  const first = workers[0];
  if (!first) {
    return status.source === "cluster"
      ? "No pod delivers to this aggregator yet."
      : "Nobody captures for this aggregator yet: no sidecar has said hello.";
  }
  const all = (is: (worker: WorkerCoverage) => boolean) => workers.every(is);
  if (all((worker) => worker.state === "unavailable"))
    return `Capturing is refused: ${first.reason || "no reason given"}`;
  if (all((worker) => worker.state === "finished")) {
    const packets = workers.reduce((sum, worker) => sum + worker.packets, 0);
    return packets === 0
      ? "The file holds no packet."
      : `The file was read to its end: ${plural(packets, "packet")}, no call of a known protocol among them.`;
  }
  if (all((worker) => worker.packets === 0)) return "Listening, and no packet has come by yet.";
  if (all((worker) => worker.stage === "only_opaque"))
    return "All that was captured is TLS without keys: its calls cannot be read.";
  if (workers.some((worker) => worker.stage === "not_delivering"))
    return "Calls are captured and wait to be delivered.";
  return "Packets come by, but no call of a known protocol among them yet.";
}

export type NextCommand = { say: string; command: string };

export function nextCommands(status: Status, workers: readonly WorkerCoverage[]): NextCommand[] {
  const steps: NextCommand[] = [];
  const refused = workers.find((worker) => worker.state === "unavailable");
  if (workers.length === 0) steps.push({ say: "Tap this machine", command: "mizu tap --local" });
  if (refused && status.source !== "cluster")
    steps.push({ say: "Give the right to capture", command: "sudo mizu tap --local" });
  if (status.source === "local" && !refused && workers.length > 0) {
    steps.push({ say: "Send one call to see it arrive", command: "curl -s http://localhost:8080/" });
    steps.push({ say: "Listen on every interface", command: "mizu tap --local" });
  }
  if (workers.some((worker) => worker.stage === "only_opaque")) {
    steps.push({
      say: "Read TLS with the client's keys",
      command: "mizu view --file capture.pcap --keylog keys.log",
    });
  }
  if (status.source === "file") steps.push({ say: "Open another capture", command: "mizu view --file other.pcap" });
  steps.push({ say: "Try it on a shop that is there", command: "mizu demo" });
  return steps.filter((step) => status.source !== "demo" || step.command !== "mizu demo");
}
