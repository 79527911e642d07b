// The exchange as text, as bytes, and as the API's JSON.
import { useState } from "react";
import type { EntryDetail } from "../api/types.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { bytes } from "../components/format.ts";
import { Segmented } from "../components/Segmented.tsx";
import body from "./Body.module.css";
import styles from "./Detail.module.css";
import { HexView } from "./HexView.tsx";
import { rawText } from "./raw.ts";

type Form = "text" | "hex" | "json";

export function RawPanel({ detail }: { detail: EntryDetail }) {
  const [form, setForm] = useState<Form>("text");
  const sides = (["request", "response"] satisfies ("request" | "response")[]).filter((side) => detail[side]);
  return (
    <>
      <div className={styles.rawBar}>
        <Segmented
          small
          label="Form of the raw exchange"
          options={[
            { value: "text", label: "Text" },
            { value: "hex", label: "Hex" },
            { value: "json", label: "JSON" },
          ]}
          value={form}
          onChange={setForm}
        />
        <span className="grow" />
        <span className="faint cut">
          {form === "json" ? "as GET /api/entries answers" : "rebuilt from what was read"}
        </span>
        {form === "json" ? (
          <CopyButton className={body.tool} text={JSON.stringify(detail, null, 2)} label="Copy the JSON" size={14} />
        ) : null}
      </div>
      {form === "json" ? (
        <pre className={body.text}>{JSON.stringify(detail, null, 2)}</pre>
      ) : (
        sides.map((side) => <Side key={side} detail={detail} side={side} hex={form === "hex"} />)
      )}
    </>
  );
}

function Side({ detail, side, hex }: { detail: EntryDetail; side: "request" | "response"; hex: boolean }) {
  const text = rawText(detail, side);
  const message = detail[side];
  return (
    <section aria-label={side}>
      <h3 className={styles.rawHead}>
        {side === "request" ? "Request" : "Response"}
        <span className="faint">{message ? `${bytes(message.wire_len)} on the wire` : ""}</span>
        <span className="grow" />
        <CopyButton className={body.tool} text={text} label={`Copy the ${side} as text`} size={14} />
      </h3>
      {hex ? <HexView bytes={new TextEncoder().encode(text)} /> : <pre className={body.text}>{text}</pre>}
    </section>
  );
}
