// The strip over the list: how many calls there were when, by outcome; a drag in it chooses the range of time.
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../components/Button.tsx";
import { count, significant, timeOfDay } from "../components/format.ts";
import { usePreferences } from "../shell/preferences.ts";
import type { Range } from "../shell/urlState.ts";
import { Brush } from "./Brush.tsx";
import { type Window, zoomed } from "./brush.ts";
import { draw, HEIGHT, ticks, timesText, totals } from "./geometry.ts";
import { rangeText, tickText } from "./rangeText.ts";
import styles from "./Strip.module.css";
import { TwinTable } from "./TwinTable.tsx";
import type { Strip as StripData } from "./useHistogram.ts";

type Props = {
  strip: StripData;
  range: Range | null;
  zoom: Window | null;
  onRange: (range: Range | null) => void;
  onZoom: (zoom: Window | null) => void;
};

export function Strip({ strip, range, zoom, onRange, onZoom }: Props) {
  const { zone } = usePreferences();
  const { histogram, window, whole, live } = strip;
  const bars = useMemo(() => histogram?.bars ?? [], [histogram]);
  const barMs = histogram?.bar_ms ?? 0;
  const drawing = useMemo(() => draw(bars, barMs), [bars, barMs]);
  const from = range?.from ?? window.from;
  const to = range?.to ?? window.to + barMs;
  const sums = totals(bars, barMs, from, to);
  const [preview, setPreview] = useState<Range | null>(null);
  const plot = useWheelZoom((place, out) => onZoom(zoomed(window, place, out, whole)));
  const some = drawing.peak > 0 || range !== null;
  const axis = some ? ticks(window.from, window.to) : ticks(0, 0);
  return (
    <section className={styles.strip} aria-label="Calls over time">
      <div className={styles.head}>
        <Legend kind="ok" word="ok" value={sums.ok} />
        <Legend kind="warn" word="client error" value={sums.client_error} />
        <Legend kind="err" word="server error" value={sums.server_error} />
        <Legend kind="none" word="no reply" value={sums.no_reply} />
        <span className="grow" />
        {zoom ? (
          <Button className={styles.word} onClick={() => onZoom(null)}>
            Whole time
          </Button>
        ) : null}
        {range ? (
          <Button className={styles.word} title="Show all times" onClick={() => onRange(null)}>
            {rangeText(preview ?? range, window.to, zone)} ✕
          </Button>
        ) : (
          <span className={styles.span}>{some ? rangeText(preview ?? window, window.to, zone) : ""}</span>
        )}
      </div>
      <div className={styles.plot} ref={plot}>
        <svg
          className={styles.bars}
          viewBox={`0 0 ${Math.max(1, bars.length)} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label="Calls over time by outcome. The same figures follow as a table."
        >
          <path className={styles.ok} d={drawing.ok} />
          <path className={styles.warn} d={drawing.warn} />
          <path className={styles.err} d={drawing.err} />
          <path className={styles.none} d={drawing.none} />
        </svg>
        <span className={styles.base} />
        {drawing.peak > 0 ? <span className={styles.peak}>{significant(drawing.peak)}/s</span> : null}
        {timesText(drawing.times) ? (
          <span className={styles.times} title="Trouble is drawn at this scale">
            {timesText(drawing.times)}
          </span>
        ) : null}
        <Brush
          window={window}
          range={range}
          barMs={barMs}
          live={live}
          zone={zone}
          onPreview={setPreview}
          onRange={onRange}
        />
      </div>
      <div className={styles.ticks} aria-hidden="true">
        {axis.list.map((tick) => (
          <span key={tick.ms} style={{ left: `${tick.at * 100}%` }}>
            {tickText(tick.ms, axis.step, zone)}
          </span>
        ))}
        {some ? <span className={styles.now}>{live ? "now" : timeOfDay(window.to, zone)}</span> : null}
      </div>
      <TwinTable bars={bars} zone={zone} />
    </section>
  );
}

function Legend({ kind, word, value }: { kind: "ok" | "warn" | "err" | "none"; word: string; value: number }) {
  return (
    <span className={styles.legend}>
      <i className={`${styles.swatch} ${styles[`swatch-${kind}`]}`} />
      {word} <b>{count(value)}</b>
    </span>
  );
}

/** Listens to the wheel by hand: React's listener is passive and could not keep the page from scrolling. */
function useWheelZoom(zoom: (place: number, out: boolean) => void) {
  const plot = useRef<HTMLDivElement>(null);
  const latest = useRef(zoom);
  useEffect(() => {
    latest.current = zoom;
  });
  useEffect(() => {
    const element = plot.current;
    if (!element) return;
    function wheel(event: WheelEvent) {
      if (!element || event.deltaY === 0) return;
      event.preventDefault();
      const { left, width } = element.getBoundingClientRect();
      latest.current((event.clientX - left) / Math.max(1, width), event.deltaY > 0);
    }
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, []);
  return plot;
}
