// The bar on top: where one is, what is tapped and how well, whether it is live.
import { Link, useLocation, useSearch } from "wouter";
import { Button } from "../components/Button.tsx";
import { rate } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { useCoverage, useLink, useList, useStatus } from "../live/hooks.ts";
import { list } from "../live/instance.ts";
import styles from "./AppBar.module.css";
import { CoverageBadge } from "./CoverageBadge.tsx";
import { liveWord } from "./liveWord.ts";
import { prefer, usePreferences } from "./preferences.ts";
import { useScreenMemory } from "./screenMemory.ts";
import { sourceWords } from "./source.ts";
import { ThemeButton } from "./ThemeButton.tsx";

export function AppBar({ onHelp }: { onHelp: () => void }) {
  const { zone } = usePreferences();
  const status = useStatus();
  const source = sourceWords(status);
  return (
    <header className={styles.bar}>
      <Link href="/" className={styles.brand} aria-label="mizu, to the traffic">
        <Drop />
        <span>mizu</span>
      </Link>
      <Screens />
      <span className={styles.rule} />
      <span className={styles.context} title={source.title}>
        <b>{source.kind}</b>
        {source.name ? <span className="faint">/</span> : null}
        {source.name ? <span className="cut">{source.name}</span> : null}
      </span>
      <CoverageBadge />
      <span className="grow" />
      <LiveControl />
      <Button
        className="wide"
        title="Time zone of all times on the page"
        onClick={() => prefer({ zone: zone === "local" ? "utc" : "local" })}
      >
        <Icon name="clock" size={14} />
        {zone === "local" ? "Local" : "UTC"}
      </Button>
      <ThemeButton />
      <Button kind="icon" title="Keyboard and filter help (?)" aria-label="Help" onClick={onHelp}>
        <Icon name="help" />
      </Button>
    </header>
  );
}

/** The drop of water that mizu means. */
export function Drop() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 1.6c3.3 3.7 6 6.8 6 10.3a6 6 0 0 1-12 0c0-3.5 2.7-6.6 6-10.3z" fill="currentColor" />
      <path
        d="M4.3 12.3c1.3-1.3 2.55-1.3 3.8 0s2.5 1.3 3.8 0 2.55-1.3 3.8 0"
        fill="none"
        stroke="var(--surface)"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </svg>
  );
}

/** The screens. Traffic is gone back to as it was left: its filter and entry are in its address. */
function Screens() {
  const [location] = useLocation();
  const traffic = useScreenMemory(location, useSearch());
  const screens = [
    { path: "/", href: traffic, name: "Traffic", keys: "g t" },
    { path: "/coverage", href: "/coverage", name: "Coverage", keys: "g c" },
  ];
  return (
    <nav className={styles.nav} aria-label="Screens">
      {screens.map(({ path, href, name, keys }) => (
        <Link key={path} href={href} title={`${name} (${keys})`} aria-current={location === path ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

function LiveControl() {
  const link = useLink();
  const status = useStatus();
  const { paused, waiting, view } = useList();
  const { data: coverage } = useCoverage(5_000);
  const read = status?.source === "file" && coverage?.workers.every((worker) => worker.state === "finished") === true;
  const { word, dot } = liveWord({ link: link.state, paused, fixed: view !== null && view.to !== null, read });
  const aside = paused ? `${waiting.toLocaleString("en-US")} waiting` : `${rate(status?.rate ?? 0)}/s`;
  return (
    <div className={styles.live}>
      <span>
        <i className={`${styles.dot} ${styles[dot]}`} />
        <b>{word}</b>
        {word === "Live" || paused ? <span className="num">{aside}</span> : null}
      </span>
      <Button
        title={paused ? "Go on (Space)" : "Pause (Space)"}
        aria-label={paused ? "Go on" : "Pause"}
        aria-pressed={paused}
        onClick={() => list.pause(!paused)}
      >
        <Icon name={paused ? "play" : "pause"} size={14} />
        <span className="wider">{paused ? "Go on" : "Pause"}</span>
      </Button>
    </div>
  );
}
