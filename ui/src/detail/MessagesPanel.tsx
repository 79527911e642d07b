// The messages of a stream: those of a gRPC call from its bodies, those of a WebSocket from its connection's entries.
import { useMemo, useState } from "react";
import type { EntryDetail } from "../api/types.ts";
import { bytes, count, duration } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { Segmented } from "../components/Segmented.tsx";
import { viewOf } from "../protocols/index.ts";
import { BodyPanel } from "./BodyPanel.tsx";
import styles from "./Detail.module.css";
import { connectionMessages, grpcMessages, type StreamMessage } from "./messages.ts";
import { Section } from "./Section.tsx";
import { TreeView } from "./TreeView.tsx";
import { protobufNode } from "./tree.ts";
import { MOST_MESSAGES, useConnectionMessages, useEntry } from "./useEntry.ts";

type Which = "all" | "sent" | "received";
type Props = { detail: EntryDetail; onSelect: (id: string) => void };

export function MessagesPanel({ detail, onSelect }: Props) {
  const inBody = viewOf(detail.summary).messages(detail.summary) === "body";
  const connection = useConnectionMessages(detail.summary, !inBody);
  const messages = useMemo(
    () => (inBody ? grpcMessages(detail) : connectionMessages(connection.data?.entries ?? [])),
    [inBody, detail, connection.data],
  );
  const [which, setWhich] = useState<Which>("all");
  const [chosen, setChosen] = useState<string | null>(inBody ? null : detail.summary.id);
  const shown = messages.filter((message) => which === "all" || message.sent === (which === "sent"));
  const selected = shown.find((message) => message.key === chosen) ?? (inBody ? shown[0] : undefined);
  const sent = messages.filter((message) => message.sent).length;
  return (
    <>
      <div className={styles.rawBar}>
        <Segmented
          small
          label="Direction of messages"
          options={[
            { value: "all", label: `All ${count(messages.length)}` },
            { value: "sent", label: `Sent ${count(sent)}` },
            { value: "received", label: `Received ${count(messages.length - sent)}` },
          ]}
          value={which}
          onChange={setWhich}
        />
        <span className="grow" />
        {detail.summary.notes.includes("open") ? <span className={styles.stillOpen}>still open</span> : null}
        {connection.data?.newer ? <span className="faint">the first {count(MOST_MESSAGES)}</span> : null}
      </div>
      <ul className={inBody ? `${styles.messages} ${styles.untimed}` : styles.messages}>
        {shown.map((message) => (
          <li key={message.key}>
            <button
              type="button"
              aria-pressed={message.key === selected?.key}
              className={styles.message}
              onClick={() => setChosen(message.key)}
              onDoubleClick={() => (message.entry ? onSelect(message.entry) : undefined)}
            >
              <span className="num faint">{message.number}</span>
              <Icon
                name={message.sent ? "arrow-up" : "arrow-down"}
                size={12}
                label={message.sent ? "Sent" : "Received"}
                className={message.sent ? styles.sent : styles.received}
              />
              {message.at === null ? null : <span className="num quiet">{duration(message.at)}</span>}
              <code className="cut">{message.text}</code>
              <span className="num faint">{bytes(message.size)}</span>
            </button>
          </li>
        ))}
      </ul>
      {messages.length === 0 && !connection.isLoading ? (
        <p className={styles.remark}>No message was captured.</p>
      ) : null}
      {selected ? <Chosen message={selected} /> : null}
    </>
  );
}

function Chosen({ message }: { message: StreamMessage }) {
  const note = [message.kind, bytes(message.size)].filter(Boolean).join(" · ");
  return (
    <Section title={`Message ${message.number}`} note={note}>
      {message.truncated ? <p className={styles.remark}>Cut: the end of it was not kept.</p> : null}
      {message.fields ? (
        <TreeView root={protobufNode(message.fields)} label={`Message ${message.number}`} search="" />
      ) : message.entry ? (
        <EntryBody id={message.entry} />
      ) : null}
    </Section>
  );
}

function EntryBody({ id }: { id: string }) {
  const { data } = useEntry(id);
  const side = data?.request ? "request" : "response";
  const message = data?.[side];
  if (!data || data.summary.id !== id || !message) return null;
  return <BodyPanel key={id} body={message.body} side={side} entryId={id} />;
}
