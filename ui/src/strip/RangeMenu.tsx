// Which times the list holds, as a button: the usual spans up to now, or two times typed in.
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "../components/Button.tsx";
import { timeOfDay } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { usePreferences } from "../shell/preferences.ts";
import type { Range } from "../shell/urlState.ts";
import styles from "./RangeMenu.module.css";

type Props = { range: Range | null; onRange: (range: Range | null) => void };

const SPANS = [
  { name: "Last minute", ms: 60_000 },
  { name: "Last 5 minutes", ms: 300_000 },
  { name: "Last 15 minutes", ms: 900_000 },
  { name: "Last hour", ms: 3_600_000 },
  { name: "Last day", ms: 86_400_000 },
];

export function RangeMenu({ range, onRange }: Props) {
  const { zone } = usePreferences();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    function outside(event: PointerEvent) {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    }
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  function choose(next: Range | null) {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
    onRange(next);
  }
  return (
    <div className={styles.root} ref={root}>
      <Button
        kind="line"
        tall
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title="Range of time"
        onClick={() => setOpen((was) => !was)}
      >
        <Icon name="clock" size={14} />
        {range ? (
          <span>
            {timeOfDay(range.from, zone)} <span className="faint">to</span>{" "}
            {range.to === null ? "now" : timeOfDay(range.to, zone)}
          </span>
        ) : (
          "All times"
        )}
        <Icon name="down" size={12} className={styles.caret} />
      </Button>
      {open ? (
        <div
          id={id}
          role="dialog"
          aria-label="Range of time"
          className={styles.popup}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            setOpen(false);
            root.current?.querySelector("button")?.focus();
          }}
        >
          <div className={styles.spans}>
            <button type="button" data-first aria-pressed={range === null} onClick={() => choose(null)}>
              All times
            </button>
            {SPANS.map(({ name, ms }) => (
              <button key={ms} type="button" onClick={() => choose({ from: Date.now() - ms, to: null })}>
                {name}
              </button>
            ))}
          </div>
          <Custom range={range} utc={zone === "utc"} onRange={choose} />
        </div>
      ) : null}
    </div>
  );
}

/** Two times typed in, in the zone that the page shows. */
function Custom({ range, utc, onRange }: { range: Range | null; utc: boolean; onRange: (range: Range) => void }) {
  const [from, setFrom] = useState(() => fieldText(range?.from ?? Date.now() - 900_000, utc));
  const [to, setTo] = useState(() => (range?.to ? fieldText(range.to, utc) : ""));
  const begin = Date.parse(utc ? `${from}Z` : from);
  const end = to ? Date.parse(utc ? `${to}Z` : to) : null;
  const wrong = Number.isNaN(begin)
    ? "From is no time."
    : end !== null && !(end > begin)
      ? "To must be later than from."
      : "";
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!wrong) onRange({ from: begin, to: end });
  }
  return (
    <form className={styles.custom} onSubmit={submit}>
      <label>
        From <input type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        To <input type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      <p className="faint">{wrong || "An empty To goes on to now."}</p>
      <Button kind="solid" type="submit" disabled={wrong !== ""}>
        Show
      </Button>
    </form>
  );
}

function fieldText(ms: number, utc: boolean): string {
  const shifted = utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 19);
}
