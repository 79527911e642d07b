// GraphQL over HTTP: a call whose meaning is in its operation, not in its path.
import { curl, fetchCall } from "../http/copy.ts";
import { type ProtocolView, plain } from "../view.ts";
import styles from "./view.module.css";

export const graphql: ProtocolView = {
  label: () => "GraphQL",
  longLabel: (entry) => (entry.version ? `GraphQL over ${entry.version}` : "GraphQL"),
  verb: (entry) => entry.graphql ?? entry.method,
  status: (entry) => entry.status_text,
  colour: styles.colour ?? "",
  macro: "gql",
  line: (entry) => plain(entry.summary),
  copies: (detail) => [
    { label: "cURL", text: curl(detail) },
    { label: "fetch", text: fetchCall(detail) },
  ],
  messages: () => "none",
};
