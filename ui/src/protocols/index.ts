// Which view an entry has. A new protocol adds its folder and one line here.
import type { EntrySummary } from "../api/types.ts";
import { graphql } from "./graphql/view.ts";
import { grpc } from "./grpc/view.ts";
import { http } from "./http/view.ts";
import { http2 } from "./http2/view.ts";
import { unknown } from "./unknown.ts";
import type { ProtocolView } from "./view.ts";
import { websocket } from "./websocket/view.ts";

const VIEWS: Readonly<Record<string, ProtocolView>> = { http, http2, grpc, websocket };

export function viewOf(entry: EntrySummary): ProtocolView {
  if (entry.graphql) return graphql;
  return VIEWS[entry.protocol] ?? unknown;
}
