// The detail pane: what one entry is, in tabs. It shows what `useEntry` brought; which entry and which tab is open is
// in the address.
import { useEffect, useRef } from "react";
import { failureOf } from "../api/client.ts";
import { Button } from "../components/Button.tsx";
import type { Tab } from "../shell/urlState.ts";
import styles from "./Detail.module.css";
import { DetailHead } from "./DetailHead.tsx";
import { DetailTabs } from "./DetailTabs.tsx";
import type { OnFilter } from "./filtering.ts";
import { Grip } from "./Grip.tsx";
import { MessagesPanel } from "./MessagesPanel.tsx";
import { RawPanel } from "./RawPanel.tsx";
import { SidePanel } from "./SidePanel.tsx";
import { TimingPanel } from "./TimingPanel.tsx";
import { shownTab, tabsOf } from "./tabs.ts";
import { useEntry } from "./useEntry.ts";
import { useWidth } from "./useWidth.ts";

/** From this width of its own on, request and response stand side by side. */
const SIDE_BY_SIDE = 860;

type Props = {
  id: string;
  tab: Tab | null;
  /** Whether the entry is in the list; null while that is not known. */
  listed: boolean | null;
  onTab: (tab: Tab) => void;
  onClose: () => void;
  onSelect: (id: string) => void;
  onFilter: OnFilter;
};

export function Detail({ id, tab, listed, onTab, onClose, onSelect, onFilter }: Props) {
  const pane = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const { data, error, isPlaceholderData, refetch } = useEntry(id);
  const wide = useWidth(pane, data ? "entry" : "none") >= SIDE_BY_SIDE;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry begins at its top
  useEffect(() => {
    if (body.current) body.current.scrollTop = 0;
  }, [id, tab]);
  if (error && !isPlaceholderData) {
    const failure = failureOf(error);
    return (
      <aside className={styles.detail} aria-label="Entry" ref={pane}>
        <div className={styles.failed} role="alert">
          <h2>{failure.status === 404 ? "This entry is not stored any more" : "The entry could not be loaded"}</h2>
          <p>{failure.message}</p>
          {failure.error.hint ? <p>{failure.error.hint}</p> : null}
          <p>
            <Button kind="line" onClick={() => void refetch()}>
              Try again
            </Button>{" "}
            <Button onClick={onClose}>Close</Button>
          </p>
        </div>
      </aside>
    );
  }
  if (!data) return <aside className={styles.detail} aria-label="Entry" aria-busy="true" ref={pane} />;
  const tabs = tabsOf(data, wide);
  const shown = shownTab(tabs, tab, data);
  const title = `${data.summary.method} ${data.summary.summary}`.trim();
  return (
    <aside
      className={styles.detail}
      aria-label={`Entry: ${title}, ${data.summary.status_text || "no status"}`}
      ref={pane}
    >
      <Grip pane={pane} />
      <DetailHead detail={data} listed={listed} onClose={onClose} onFilter={onFilter} />
      <DetailTabs tabs={tabs} shown={shown} onTab={onTab} />
      <div
        ref={body}
        className={wide && shown === "request" ? `${styles.body} ${styles.both}` : styles.body}
        role="tabpanel"
        id="detail-panel"
        aria-labelledby={`tab-${shown}`}
        tabIndex={0}
      >
        {shown === "request" || shown === "response" ? (
          wide ? (
            <>
              <SidePanel detail={data} side="request" headed onFilter={onFilter} />
              <SidePanel detail={data} side="response" headed onFilter={onFilter} />
            </>
          ) : (
            <SidePanel detail={data} side={shown} onFilter={onFilter} />
          )
        ) : null}
        {shown === "messages" ? <MessagesPanel detail={data} onSelect={onSelect} /> : null}
        {shown === "timing" ? <TimingPanel detail={data} onSelect={onSelect} onFilter={onFilter} /> : null}
        {shown === "raw" ? <RawPanel detail={data} /> : null}
      </div>
    </aside>
  );
}
