// Bytes as hex, sixteen a line, with their text beside them.
import { useMemo, useState } from "react";
import { Button } from "../components/Button.tsx";
import { bytes as size } from "../components/format.ts";
import styles from "./Body.module.css";
import { hexLines } from "./bytes.ts";

/** Bytes painted at first. */
const MOST = 8_192;

export function HexView({ bytes }: { bytes: Uint8Array }) {
  const [most, setMost] = useState(MOST);
  const lines = useMemo(() => hexLines(bytes, 0, most), [bytes, most]);
  return (
    <>
      <pre className={styles.hex}>
        {lines.map((line) => (
          <span key={line.offset}>
            <b>{line.offset}</b>
            {"  "}
            {line.hex}
            {"  "}
            <i>{line.text}</i>
            {"\n"}
          </span>
        ))}
      </pre>
      {bytes.length > most ? (
        <Button className={styles.more} onClick={() => setMost(bytes.length)}>
          {size(bytes.length - most)} more
        </Button>
      ) : null}
    </>
  );
}
