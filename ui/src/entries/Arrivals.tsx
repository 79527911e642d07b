// Says to a screen reader how many new calls wait, at most every five seconds.
import { useEffect, useState } from "react";
import { plural } from "../components/format.ts";
import { list } from "../live/instance.ts";

const EVERY = 5_000;

export function Arrivals() {
  const [waiting, setWaiting] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setWaiting(list.snapshot().waiting), EVERY);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="hidden" aria-live="polite">
      {waiting > 0 ? `${plural(waiting, "new call")} below` : ""}
    </span>
  );
}
