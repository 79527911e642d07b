// What an entry is in three lines: what was asked, how it ended, who talked to whom, how long it took.

import type { EntryDetail } from "../api/types.ts";
import { Button } from "../components/Button.tsx";
import { copyText } from "../components/clipboard.ts";
import { bytes, clock, moment } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { Menu } from "../components/Menu.tsx";
import { Status } from "../components/Status.tsx";
import { elapsedText, markOf, peerAddress, peerName, statusText, UNANSWERED_TEXTS } from "../entries/columns.ts";
import { viewOf } from "../protocols/index.ts";
import { usePreferences } from "../shell/preferences.ts";
import styles from "./Detail.module.css";
import type { OnFilter } from "./filtering.ts";
import { type Phase, phases, spanOf } from "./phases.ts";

type Props = { detail: EntryDetail; listed: boolean | null; onClose: () => void; onFilter: OnFilter };

export function DetailHead({ detail, listed, onClose, onFilter }: Props) {
  const { zone } = usePreferences();
  const { summary } = detail;
  const view = viewOf(summary);
  const line = view.line(summary);
  const copies = view.copies(detail);
  return (
    <div className={styles.top}>
      <div className={styles.first}>
        <h2 className={styles.title} title={`${summary.method} ${summary.summary}`}>
          <span className={styles.verb}>{view.verb(summary)}</span>
          <span className="cut">{line.main}</span>
        </h2>
        {copies.length > 0 ? (
          <Menu
            label={`Copy this call: ${copies[0]?.label}`}
            face={
              <>
                <Icon name="copy" size={14} />
                {copies[0]?.label}
              </>
            }
            items={copies.map((form) => ({
              label: `Copy as ${form.label}`,
              act: () => void copyText(form.text),
            }))}
          />
        ) : null}
        <Button
          kind="icon"
          title="Copy the link to this entry"
          aria-label="Copy the link to this entry"
          onClick={() => void copyText(window.location.href)}
        >
          <Icon name="link" />
        </Button>
        <Button kind="icon" title="Close (Esc)" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <p className={`${styles.sub} ${view.colour}`}>
        <Status mark={markOf(summary)} bare>
          {endText(detail)}
        </Status>
        <span className={styles.protocol}>{view.longLabel(summary)}</span>
        <span title={moment(summary.timestamp, zone)}>{clock(summary.timestamp, zone).join("")}</span>
        {detail.trace_id ? (
          <button
            type="button"
            className={`${styles.trace} cut`}
            title={`Show only the calls of trace ${detail.trace_id}`}
            onClick={(event) => onFilter({ path: "traceId", value: detail.trace_id }, event.altKey)}
          >
            trace {detail.trace_id.slice(0, 8)}
          </button>
        ) : null}
        {listed === false ? <span className={styles.aside}>not in the filter</span> : null}
      </p>
      <p className={styles.sub}>
        <span className="cut" title={`${peerAddress(summary.src)} to ${peerAddress(summary.dst)}`}>
          {summary.src.name ? peerName(summary.src) : peerAddress(summary.src)}
          <Icon
            name={summary.message_direction === "s2c" ? "arrow-left" : "arrow-right"}
            size={12}
            className={styles.to}
          />
          {peerAddress(summary.dst)}
        </span>
      </p>
      {summary.message_direction ? null : <MiniBar detail={detail} />}
    </div>
  );
}

/** The status, with the words that the server sent for it. */
function endText(detail: EntryDetail): string {
  const { summary } = detail;
  if (summary.outcome === "no_reply") {
    const reason = UNANSWERED_TEXTS[summary.unanswered ?? ""];
    return reason ? `No reply: ${reason}` : "No reply";
  }
  const phrase = detail.response?.details.find((field) => /^(status text|reason)$/i.test(field.name))?.value ?? "";
  const status = statusText(summary);
  return phrase && !status.includes(phrase) ? `${status} ${phrase}` : status;
}

function MiniBar({ detail }: { detail: EntryDetail }) {
  const { summary } = detail;
  const found = phases(detail.timing, peerName(summary.dst), null);
  const span = spanOf(found);
  const open = summary.notes.includes("open");
  return (
    <div className={styles.mini}>
      <span className={styles.miniBar} role="img" aria-label={found.map(phaseSentence).join(", ") || "No timing"}>
        {open ? (
          <i className={styles.openBar} />
        ) : (
          found.map((phase) => (
            <i
              key={phase.kind}
              className={styles[phase.kind]}
              style={{ width: `${span > 0 ? (phase.length / span) * 100 : 0}%` }}
            />
          ))
        )}
      </span>
      <span>
        <b>{elapsedText(summary)}</b> · {bytes(summary.request_size)} sent · {bytes(summary.response_size)} received
      </span>
    </div>
  );
}

function phaseSentence(phase: Phase): string {
  return `${phase.name} ${(phase.length / 1000).toFixed(1)} ms`;
}
