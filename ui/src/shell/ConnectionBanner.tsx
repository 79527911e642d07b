// Says that the page is cut off, up to when the list is complete, and when the next try is. Nothing else on the page
// changes: what is there can still be read.
import { useEffect, useState } from "react";
import { Button } from "../components/Button.tsx";
import { timeOfDay } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { useLink, useList } from "../live/hooks.ts";
import { list, live } from "../live/instance.ts";
import styles from "./ConnectionBanner.module.css";
import { usePreferences } from "./preferences.ts";

/** Breaks shorter than this many milliseconds are mended before anyone would have read about them. */
const QUIET = 1_200;

export function ConnectionBanner() {
  const link = useLink();
  const { zone } = usePreferences();
  const { skipped } = useList();
  const now = useNow(link.state === "lost");
  if (link.state !== "lost") return skipped > 0 ? <Behind skipped={skipped} /> : null;
  if (now - link.since < QUIET) return null;
  const wait = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return (
    <div className={styles.banner} role="status">
      <Icon name="warning" />
      <span className="cut">
        <b>Connection lost at {timeOfDay(link.since, zone)}.</b> The list is complete up to there, and goes on from
        there.
      </span>
      <span className="grow" />
      <span className="num">{wait > 0 ? `Next try in ${wait} s` : "Trying"}</span>
      <Button onClick={() => live.connect()}>Try now</Button>
    </div>
  );
}

function Behind({ skipped }: { skipped: number }) {
  return (
    <div className={styles.banner} role="status">
      <Icon name="warning" />
      <span>
        <b>This page fell behind.</b> {skipped.toLocaleString("en-US")} calls were not sent to it. None is lost: they
        load when you scroll to them.
      </span>
      <span className="grow" />
      <Button onClick={() => list.caughtUp()}>Understood</Button>
    </div>
  );
}

/** The time, twice a second while it is wanted. */
function useNow(wanted: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!wanted) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}
