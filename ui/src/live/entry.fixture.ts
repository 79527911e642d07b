// An entry for tests, with what a test wants to say of it.
import type { EntrySummary, PeerView } from "../api/types.ts";

const peer = (name: string): PeerView => ({ ip: "10.0.0.1", port: 80, name, namespace: "", workload: "", pod: "" });

export function entry(id: number, more: Partial<EntrySummary> = {}): EntrySummary {
  return {
    id: String(id),
    connection: "1",
    timestamp: new Date(1_764_000_000_000 + id).toISOString(),
    protocol: "http",
    version: "HTTP/1.1",
    method: "GET",
    summary: "/",
    status: 200,
    status_text: "200",
    outcome: "ok",
    unanswered: null,
    src: peer("a"),
    dst: peer("b"),
    elapsed_us: 1000,
    request_size: 10,
    response_size: 20,
    graphql: null,
    message_direction: null,
    notes: [],
    ...more,
  };
}
