// A command to type, with a button that copies it.

import styles from "./Command.module.css";
import { CopyButton } from "./CopyButton.tsx";

export function Command({ text }: { text: string }) {
  return (
    <span className={styles.cmd}>
      <code title={text}>{text}</code>
      <CopyButton text={text} label={`Copy: ${text}`} className={styles.copy} size={13} />
    </span>
  );
}
