// The chosen range in the strip: what lies outside is dimmed, its edges are handles for pointer and arrow keys.
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { timeOfDay, type Zone } from "../components/format.ts";
import type { Range } from "../shell/urlState.ts";
import { dragged, moved, placeOf, type Window } from "./brush.ts";
import styles from "./Strip.module.css";

type Props = {
  window: Window;
  range: Range | null;
  barMs: number;
  live: boolean;
  zone: Zone;
  onPreview: (range: Range | null) => void;
  onRange: (range: Range | null) => void;
};

export function Brush({ window, range, barMs, live, zone, onPreview, onRange }: Props) {
  const [drag, setDrag] = useState<{ from: number; to: number; width: number } | null>(null);
  const preview = drag ? dragged(window, drag.from, drag.to, drag.width, live) : null;
  const shown = preview ?? range;

  function placeAt(event: PointerEvent<HTMLElement>) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return { place: Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width))), width };
  }
  function down(event: PointerEvent<HTMLElement>) {
    if (event.button !== 0 || window.to <= window.from) return;
    const { place, width } = placeAt(event);
    const near = (ms: number) => Math.abs(placeOf(window, ms) - place) * width < 7;
    // An edge that is grabbed moves; the other one stays where it is.
    const from = range && near(range.from) ? placeOf(window, range.to ?? window.to) : place;
    const to = range && near(range.to ?? window.to) ? placeOf(window, range.from) : from;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: to, to: place, width });
  }
  function move(event: PointerEvent<HTMLElement>) {
    if (!drag) return;
    const next = { ...drag, to: placeAt(event).place };
    setDrag(next);
    onPreview(dragged(window, next.from, next.to, next.width, live));
  }
  function up() {
    if (preview) onRange(preview);
    setDrag(null);
    onPreview(null);
  }
  function keys(edge: "from" | "to") {
    return (event: KeyboardEvent<HTMLElement>) => {
      if (!range) return;
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (step !== 0) {
        event.preventDefault();
        onRange(moved(range, edge, step * (event.shiftKey ? 10 : 1), barMs, window));
      }
      if (event.key === "Escape") {
        event.preventDefault();
        onRange(null);
      }
    };
  }
  const left = shown ? placeOf(window, shown.from) : 0;
  const right = shown ? placeOf(window, shown.to ?? window.to) : 1;
  return (
    <div
      className={styles.layer}
      data-testid="brush"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => onRange(null)}
    >
      {shown ? (
        <>
          <span className={styles.shade} style={{ left: 0, width: `${left * 100}%` }} />
          <span className={styles.shade} style={{ left: `${right * 100}%`, right: 0 }} />
          <span className={styles.brush} style={{ left: `${left * 100}%`, right: `${(1 - right) * 100}%` }} />
          <Edge at={left} label="Start of range" ms={shown.from} window={window} zone={zone} onKeyDown={keys("from")} />
          <Edge
            at={right}
            label="End of range"
            ms={shown.to ?? window.to}
            now={shown.to === null}
            window={window}
            zone={zone}
            onKeyDown={keys("to")}
          />
        </>
      ) : null}
    </div>
  );
}

type EdgeProps = {
  at: number;
  label: string;
  ms: number;
  now?: boolean;
  window: Window;
  zone: Zone;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
};

function Edge({ at, label, ms, now = false, window, zone, onKeyDown }: EdgeProps) {
  return (
    <span
      className={now ? `${styles.edge} ${styles.sticks}` : styles.edge}
      style={{ left: `${at * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={window.from}
      aria-valuemax={window.to}
      aria-valuenow={ms}
      aria-valuetext={now ? "now" : timeOfDay(ms, zone)}
      onKeyDown={onKeyDown}
    />
  );
}
