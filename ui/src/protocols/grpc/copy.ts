// A gRPC call as a `grpcurl` command. The message itself is not in it: without the schema its field names are unknown.
import type { EntryDetail } from "../../api/types.ts";
import { shellQuote } from "../http/copy.ts";

/** Metadata that grpcurl writes by itself. */
const OWN = new Set(["content-type", "te", "user-agent", "grpc-timeout", "grpc-accept-encoding", "grpc-encoding"]);

export function grpcurl(detail: EntryDetail): string {
  const { dst } = detail.summary;
  const path = detail.summary.summary.replace(/^\//, "");
  const host = dst.ip.includes(":") ? `[${dst.ip}]` : dst.ip;
  const parts = ["grpcurl -plaintext"];
  for (const { name, value } of detail.request?.headers ?? []) {
    if (!OWN.has(name.toLowerCase()) && !name.startsWith(":")) parts.push(`-H ${shellQuote(`${name}: ${value}`)}`);
  }
  parts.push("-d '{}'", shellQuote(`${host}:${dst.port}`), shellQuote(path));
  return parts.join(" \\\n  ");
}
