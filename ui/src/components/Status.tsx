// A status: its word, and a shape before it where it is not plainly well. Colour never stands alone.
import type { ReactNode } from "react";
import styles from "./Status.module.css";

type Props = { mark: "ok" | "warn" | "err" | "none" | "open"; bare?: boolean; children: ReactNode };

export function Status({ mark, bare = false, children }: Props) {
  return (
    <span className={[styles.status, styles[mark], bare ? styles.bare : ""].filter(Boolean).join(" ")}>
      <span className="cut">{children}</span>
    </span>
  );
}
