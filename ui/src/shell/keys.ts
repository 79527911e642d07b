// Which key does what. Pure: a key press and what came before it in, an action out. Single keys are off while a text
// field has the focus.
export type Action =
  | "next"
  | "previous"
  | "open"
  | "filter"
  | "pause"
  | "escape"
  | "help"
  | "newest"
  | "oldest"
  | "page-down"
  | "page-up"
  | "next-tab"
  | "previous-tab"
  | "traffic"
  | "coverage";

export type Press = {
  key: string;
  /** Ctrl, Alt or Cmd is held: the browser's or the system's. */
  modified: boolean;
  /** The focus is where keys are text. */
  typing: boolean;
  /** The focus is on something that has its own use for Enter, Space and arrows: a button, a link, a tab, a slider. */
  onControl: boolean;
};

const KEYS: Readonly<Record<string, Action>> = {
  j: "next",
  k: "previous",
  ArrowDown: "next",
  ArrowUp: "previous",
  Enter: "open",
  "/": "filter",
  " ": "pause",
  Escape: "escape",
  "?": "help",
  End: "newest",
  Home: "oldest",
  PageDown: "page-down",
  PageUp: "page-up",
  "]": "next-tab",
  "[": "previous-tab",
};

const AFTER_G: Readonly<Record<string, Action>> = { t: "traffic", c: "coverage" };

const CONTROLS_OWN = new Set(["Enter", " ", "ArrowDown", "ArrowUp", "Home", "End"]);

/** What a press does; `pending` is `g` where the last press was a `g`. */
export function actionOf(press: Press, pending: "g" | null): Action | "g" | null {
  if (press.modified) return null;
  if (press.typing) return press.key === "Escape" ? "escape" : null;
  if (press.onControl && CONTROLS_OWN.has(press.key)) return null;
  if (pending === "g") return AFTER_G[press.key] ?? null;
  if (press.key === "g") return "g";
  return KEYS[press.key] ?? null;
}
