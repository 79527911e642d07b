// When what happened: the phases of the call, the calls of the same trace against the same time, the connection.
import type { EntryDetail, EntrySummary, NameValue } from "../api/types.ts";
import { bytes, duration, significant } from "../components/format.ts";
import { peerName } from "../entries/columns.ts";
import styles from "./Detail.module.css";
import type { OnFilter } from "./filtering.ts";
import { KeyValues } from "./KeyValues.tsx";
import { phases, spanOf } from "./phases.ts";
import { Section } from "./Section.tsx";
import { traceBars } from "./trace.ts";
import { useTrace } from "./useEntry.ts";

type Props = { detail: EntryDetail; onSelect: (id: string) => void; onFilter: OnFilter };

export function TimingPanel({ detail, onSelect, onFilter }: Props) {
  const { summary } = detail;
  const found = phases(detail.timing, peerName(summary.dst), null);
  const span = Math.max(1, spanOf(found));
  const trace = useTrace(detail.trace_id).data?.entries ?? [];
  const others = traceBars(summary, trace, span);
  return (
    <>
      <div
        className={styles.waterfall}
        role="img"
        aria-label={found.map((phase) => `${phase.name} ${duration(phase.length)}`).join(", ")}
      >
        <div className={`${styles.wfRow} ${styles.axis}`}>
          <span />
          <div>
            {[0, 0.25, 0.5, 0.75, 1].map((share) => (
              <span key={share}>{share === 0 ? "0" : significant((span / 1000) * share)}</span>
            ))}
          </div>
          <span className="num">ms</span>
        </div>
        <h3>{summary.protocol === "websocket" ? "This message" : "This call"}</h3>
        {found.map((phase) => (
          <div className={styles.wfRow} key={phase.kind}>
            <span className="cut">{phase.name}</span>
            <div className={styles.track}>
              <i
                className={styles[phase.kind]}
                style={{ left: `${(phase.start / span) * 100}%`, width: `${(phase.length / span) * 100}%` }}
              />
            </div>
            <span className="num quiet">{duration(phase.length)}</span>
          </div>
        ))}
        {found.length === 0 ? <p className="faint">None of its moments was captured.</p> : null}
      </div>
      {others.length > 0 ? <Trace bars={others} onSelect={onSelect} /> : null}
      <Section title="Connection">
        <KeyValues fields={connectionFacts(detail)} onFilter={onFilter} />
      </Section>
    </>
  );
}

function Trace({ bars, onSelect }: { bars: ReturnType<typeof traceBars>; onSelect: (id: string) => void }) {
  return (
    <div className={styles.waterfall}>
      <h3>
        Other calls meanwhile <span className="faint">· same trace</span>
      </h3>
      {bars.map(({ entry, left, width }) => (
        <button
          type="button"
          className={styles.wfRow}
          key={entry.id}
          onClick={() => onSelect(entry.id)}
          title={rowText(entry)}
        >
          <span className="cut">{rowText(entry)}</span>
          <span className={styles.track}>
            <i
              className={entry.outcome === "no_reply" ? styles.unanswered : styles.wait}
              style={{ left: `${left}%`, width: `${width}%` }}
            />
          </span>
          <span className="num quiet">
            {entry.elapsed_us !== null ? duration(entry.elapsed_us) : entry.outcome === "no_reply" ? "no reply" : "–"}
          </span>
        </button>
      ))}
    </div>
  );
}

function rowText(entry: EntrySummary): string {
  return `${peerName(entry.dst)} ${entry.method} ${entry.summary}`;
}

function fact(name: string, value: string, path = ""): NameValue {
  return { name, value, redacted: false, path };
}

function connectionFacts(detail: EntryDetail): NameValue[] {
  const { summary } = detail;
  const facts = [
    fact("Client", `${summary.src.ip}:${summary.src.port}`),
    fact("Server", `${summary.dst.ip}:${summary.dst.port}`),
    fact("Connection", summary.connection, "connection"),
    fact("Captured by", [detail.worker, detail.interface].filter(Boolean).join(", interface ")),
    fact("Direction", detail.direction),
    fact("Bytes on the wire", `${bytes(summary.request_size)} sent, ${bytes(summary.response_size)} received`),
  ];
  if (detail.leg !== "direct") facts.push(fact("Mesh leg", detail.leg));
  if (detail.gap_bytes > 0) facts.push(fact("Bytes missing", bytes(detail.gap_bytes)));
  return facts;
}
