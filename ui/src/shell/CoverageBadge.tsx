// How many of those that capture also deliver: one stroke each, and a number. Leads to the coverage screen.
import { Link } from "wouter";
import { plural } from "../components/format.ts";
import { health } from "../coverage/health.ts";
import { useCoverage, useStatus } from "../live/hooks.ts";
import styles from "./CoverageBadge.module.css";
import { sourceWords } from "./source.ts";

/** More strokes than this say no more than their number does. */
const STROKES = 24;

export function CoverageBadge() {
  const { data } = useCoverage(5_000);
  const { worker } = sourceWords(useStatus());
  if (!data) return null;
  const states = data.workers.map((one) => health(one));
  const well = states.filter((state) => state === "well").length;
  const order = ["well", "waiting", "bad"];
  const strokes = states.slice().sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const trouble = states.length - well;
  const label = `Coverage: ${well} of ${plural(states.length, worker)} delivering${
    trouble > 0 ? `, ${trouble} ${trouble === 1 ? "needs" : "need"} a look` : ""
  }`;
  return (
    <Link href="/coverage" className={styles.badge} aria-label={label}>
      {strokes.length > 0 && strokes.length <= STROKES ? (
        <span className={styles.meter} aria-hidden="true">
          {strokes.map((state, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: strokes have no identity but their place
            <i key={index} className={styles[state]} />
          ))}
        </span>
      ) : null}
      <span>
        <b>{well}</b> of {plural(states.length, worker)}
        <span className="wide"> delivering</span>
      </span>
    </Link>
  );
}
