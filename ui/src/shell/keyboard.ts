// Key presses as actions, for whoever is on screen. One listener on the window; the screens say what they do.
import { useEffect, useRef } from "react";
import { type Action, actionOf, type Press } from "./keys.ts";

export type Handlers = Partial<Record<Action, () => void>>;

/** How long a `g` waits for its second key, in milliseconds. */
const PENDING = 1_000;

export function useActions(handlers: Handlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    let pressedG = Number.NEGATIVE_INFINITY;
    function pressed(event: KeyboardEvent) {
      if (event.defaultPrevented) return;
      const action = actionOf(pressOf(event), event.timeStamp - pressedG < PENDING ? "g" : null);
      pressedG = action === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (action === null || action === "g") return;
      const handler = latest.current[action];
      if (!handler) return;
      event.preventDefault();
      handler();
    }
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

const TEXT_FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = "button, a[href], summary, [role=tab], [role=slider], [role=treeitem], [role=menuitem], [role=option]";

function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    typing: target?.closest(TEXT_FIELDS) !== null && target !== null,
    onControl: target?.closest(CONTROLS) !== null && target !== null,
  };
}
