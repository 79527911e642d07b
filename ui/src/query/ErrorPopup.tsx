// What is wrong with the draft: where, and the nearest thing that would be right.
import type { QueryError } from "../api/types.ts";
import { fixed } from "./pieces.ts";
import styles from "./QueryBar.module.css";

type Props = { error: QueryError; draft: string; onFix: (text: string) => void };

export function ErrorPopup({ error, draft, onFix }: Props) {
  return (
    <div className={`${styles.popup} ${styles.error}`} id="filter-error" role="alert">
      <b>
        {error.message
          .replace(/\.$/, "")
          .split("`")
          .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
      </b>{" "}
      at column {error.start + 1}.
      {error.suggestion !== null ? (
        <>
          {" "}
          Did you mean{" "}
          <button
            type="button"
            // Before the input loses the focus, which would close this.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onFix(fixed(draft, error))}
          >
            <code>{error.suggestion}</code>
          </button>
          ?
        </>
      ) : null}
      <br />
      The list still shows the last filter that worked.
    </div>
  );
}
