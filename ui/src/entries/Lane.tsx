// The overview at the right edge: where there is trouble in the whole list, and which part of it is in sight. A drag
// or a click goes there; the keyboard has Home, End and the page keys for that.
import { type PointerEvent, useRef } from "react";
import styles from "./List.module.css";
import type { LaneMark } from "./laneMarks.ts";
import type { Thumb } from "./scrollWindow.ts";

type Props = { marks: readonly LaneMark[]; thumb: Thumb; onJump: (share: number) => void };

export function Lane({ marks, thumb, onJump }: Props) {
  const grabbed = useRef<number | null>(null);
  function shareOf(event: PointerEvent<HTMLElement>): number {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    return (event.clientY - top) / Math.max(1, height);
  }
  function down(event: PointerEvent<HTMLElement>) {
    const share = shareOf(event);
    const onThumb = share >= thumb.top && share <= thumb.top + thumb.size;
    grabbed.current = onThumb ? share - thumb.top : thumb.size / 2;
    event.currentTarget.setPointerCapture(event.pointerId);
    onJump(share - grabbed.current);
  }
  function move(event: PointerEvent<HTMLElement>) {
    if (grabbed.current !== null) onJump(shareOf(event) - grabbed.current);
  }
  function up() {
    grabbed.current = null;
  }
  return (
    <div
      className={styles.lane}
      aria-hidden="true"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    >
      {marks.map((mark) => (
        <i key={mark.at} className={mark.error ? styles.error : undefined} style={{ top: `${mark.at * 100}%` }} />
      ))}
      {thumb.size < 1 ? <b style={{ top: `${thumb.top * 100}%`, height: `${thumb.size * 100}%` }} /> : null}
    </div>
  );
}
