// The line at the bottom: how much is shown of how much, how much of the traffic was captured, what was lost and why,
// how full the store is.
import { Link } from "wouter";
import { bytes, count, share, timeOfDay } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { lossSentence } from "../coverage/losses.ts";
import { useCoverage, useList, useStatus } from "../live/hooks.ts";
import { usePreferences } from "./preferences.ts";
import styles from "./StatusBar.module.css";

export function StatusBar() {
  const { zone } = usePreferences();
  const { base, shown, view } = useList();
  const status = useStatus();
  const { data: coverage } = useCoverage(5_000);
  const lost = coverage ? lossSentence(coverage) : "";
  return (
    <footer className={styles.bar}>
      {view && status ? (
        <span>
          <b>{count(shown - base)}</b> shown of <b>{count(Math.max(status.entries, shown - base))}</b>
        </span>
      ) : null}
      {coverage && coverage.workers.length > 0 ? (
        <span>
          captured <b>{share(coverage.captured_share)}</b>
        </span>
      ) : null}
      {lost ? (
        <Link href="/coverage" className={`${styles.lost} cut`}>
          <Icon name="warning" size={14} />
          {lost}
        </Link>
      ) : null}
      {status && status.store !== "ready" ? (
        <span className={styles.trouble}>
          <Icon name="warning" size={14} />
          store {status.store}
          {status.store_reason ? `: ${status.store_reason}` : ""}
        </span>
      ) : null}
      <span className="grow" />
      {status ? (
        <span className="wide">
          store {bytes(status.store_bytes)}
          {status.store_limit > 0 ? ` of ${bytes(status.store_limit)}` : ""}
          {status.oldest ? ` · oldest ${timeOfDay(Date.parse(status.oldest), zone)}` : ""}
        </span>
      ) : null}
      <span className={`${styles.keys} wider`}>
        <kbd>j</kbd> <kbd>k</kbd> move <kbd>/</kbd> filter <kbd>?</kbd> keys
      </span>
    </footer>
  );
}
