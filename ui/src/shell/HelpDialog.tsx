// Which keys there are, and how to write a filter: the fields come from the aggregator's own table. It stands beside
// the list, not over it, and leaves the keys working.
import { useEffect, useRef } from "react";
import { Button } from "../components/Button.tsx";
import { Icon } from "../components/Icon.tsx";
import { useFields } from "../query/useFields.ts";
import styles from "./HelpDialog.module.css";

const KEYS = [
  { keys: ["j", "k"], does: "next, previous row" },
  { keys: ["Enter"], does: "open the detail" },
  { keys: ["Esc"], does: "close popup, detail, selection" },
  { keys: ["End"], does: "jump to the newest and follow" },
  { keys: ["/"], does: "focus the filter" },
  { keys: ["Space"], does: "pause or go on" },
  { keys: ["[", "]"], does: "previous, next tab" },
  { keys: ["g", "t"], does: "traffic" },
  { keys: ["g", "c"], does: "coverage" },
  { keys: ["?"], does: "this help" },
];

const EXAMPLES = [
  { filter: "http and response.status >= 500", says: "answers that failed" },
  { filter: 'dst.name == "orders" and not grpc', says: "calls to one workload" },
  { filter: 'request.path.startsWith("/pay")', says: "paths that begin so" },
  { filter: 'request.headers["user-agent"] =~ "curl"', says: "a header, by a pattern" },
];

export function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  if (!open) return null;
  return <Help onClose={onClose} />;
}

function Help({ onClose }: { onClose: () => void }) {
  const fields = useFields();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div
      ref={panel}
      className={styles.help}
      role="dialog"
      aria-label="Keys and filter language"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.head}>
        <h2>Keys and filters</h2>
        <span className="grow" />
        <Button kind="icon" title="Close (Esc)" aria-label="Close help" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <section className={styles.scroll} aria-label="Help" tabIndex={0}>
        <dl className={styles.keys}>
          {KEYS.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p className="quiet">
          In a row, Ctrl-click includes the value under the pointer in the filter, Alt-click excludes it. In the strip,
          drag for a range of time, turn the wheel to zoom, double click to clear.
        </p>
        <h3>Filters</h3>
        <dl className={styles.examples}>
          {EXAMPLES.map(({ filter, says }) => (
            <div key={filter}>
              <dt>
                <code>{filter}</code>
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
        {fields ? (
          <>
            <p className="quiet">
              Words for protocols: {fields.macros.map((macro) => macro.path).join(", ")}. On text:{" "}
              {fields.functions.join(", ")}.
            </p>
            <h3>Fields</h3>
            <dl className={styles.fields}>
              {fields.fields.map((field) => (
                <div key={field.path}>
                  <dt>
                    <code>{field.path}</code>
                  </dt>
                  <dd>
                    {field.help} <span className="faint">{field.kind}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        ) : null}
      </section>
    </div>
  );
}
