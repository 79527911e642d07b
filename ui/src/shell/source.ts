// Where the traffic comes from, in words, by what the aggregator says of itself.
import type { Status } from "../api/types.ts";

export type SourceWords = {
  kind: string;
  name: string;
  title: string;
  /** What one of those is called that deliver: a pod, a tap, a file. */
  worker: string;
};

export function sourceWords(status: Status | undefined): SourceWords {
  const name = status?.source_name ?? "";
  switch (status?.source) {
    case "demo":
      return {
        kind: "Demo shop",
        name,
        title: "A small shop on this machine, started by mizu demo",
        worker: "tap",
      };
    case "local":
      return { kind: "This machine", name, title: `Interfaces tapped: ${name || "all"}`, worker: "tap" };
    case "file":
      return { kind: "File", name: name.split("/").pop() ?? name, title: name, worker: "file" };
    case "cluster":
      return { kind: name || "Cluster", name: "", title: "The cluster's context", worker: "pod" };
    default:
      return { kind: status?.source ?? "", name, title: name, worker: "tap" };
  }
}
