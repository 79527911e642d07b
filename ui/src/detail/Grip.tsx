// The handle of the pane: at its left edge where it stands beside the list, on top where it is a sheet.
import { type KeyboardEvent, type PointerEvent, type RefObject, useRef } from "react";
import styles from "./Detail.module.css";

const STEP = 24;

export function Grip({ pane }: { pane: RefObject<HTMLElement | null> }) {
  const held = useRef(false);
  function resize(clientX: number, clientY: number) {
    const element = pane.current;
    const parent = element?.parentElement;
    if (!element || !parent) return;
    const box = parent.getBoundingClientRect();
    const sheet = getComputedStyle(element).borderLeftWidth === "0px";
    if (sheet) parent.style.setProperty("--sheet", `${clamp(box.bottom - clientY, 120, box.height - 80)}px`);
    else parent.style.setProperty("--detail", `${clamp(box.right - clientX, 360, box.width - 420)}px`);
  }
  function move(event: PointerEvent<HTMLElement>) {
    if (held.current) resize(event.clientX, event.clientY);
  }
  function keys(event: KeyboardEvent<HTMLElement>) {
    const box = pane.current?.getBoundingClientRect();
    const by = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (!box || by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    event.nativeEvent.stopImmediatePropagation();
    resize(box.left + by, box.top + by);
  }
  return (
    <span
      className={styles.grip}
      role="separator"
      aria-label="Size of the detail"
      aria-valuenow={50}
      tabIndex={0}
      onPointerDown={(event) => {
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={() => {
        held.current = false;
      }}
      onKeyDown={keys}
    />
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
