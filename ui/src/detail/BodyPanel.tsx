// A body: as a tree, indented, as it is, or as hex. What is missing of it is said before it is shown.
import { useMemo, useState } from "react";
import type { BodyView } from "../api/types.ts";
import { Button } from "../components/Button.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { bytes } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { Segmented } from "../components/Segmented.tsx";
import styles from "./Body.module.css";
import { type Form, formsOf } from "./bodyForms.ts";
import { bytesOf } from "./bytes.ts";
import { HexView } from "./HexView.tsx";
import { Marked } from "./Marked.tsx";
import { occurrences } from "./search.ts";
import { TreeView } from "./TreeView.tsx";

const NAMES: Readonly<Record<Form, string>> = { tree: "Tree", pretty: "Pretty", raw: "Raw", hex: "Hex" };

type Props = { body: BodyView; side: "request" | "response"; entryId: string };

export function BodyPanel({ body, side, entryId }: Props) {
  const forms = useMemo(() => formsOf(body), [body]);
  const [wanted, setWanted] = useState<Form | null>(null);
  const [searching, setSearching] = useState(false);
  const [search, setSearch] = useState("");
  const form = forms.forms.find((one) => one === wanted) ?? forms.forms[0] ?? "hex";
  const text = form === "pretty" ? forms.pretty : forms.text;
  const found = searching && text ? occurrences(text, search).length : 0;
  return (
    <>
      <Missing body={body} />
      <div className={styles.bar}>
        <Segmented
          small
          label="Form of the body"
          options={forms.forms.map((value) => ({ value, label: NAMES[value] }))}
          value={form}
          onChange={setWanted}
        />
        <span className="grow" />
        {searching ? (
          <input
            className={styles.search}
            type="search"
            aria-label="Search in the body"
            placeholder="Search"
            // biome-ignore lint/a11y/noAutofocus: it appears because its button was pressed
            autoFocus
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        ) : null}
        {searching && search ? <span className="faint num">{found}</span> : null}
        {forms.text ? (
          <Button
            kind="icon"
            title="Search in the body"
            aria-label="Search in the body"
            aria-pressed={searching}
            onClick={() => setSearching(!searching)}
          >
            <Icon name="search" size={14} />
          </Button>
        ) : null}
        {text ? <CopyButton className={styles.tool} text={text} label="Copy the body" size={14} /> : null}
        <a
          className={styles.tool}
          href={`/api/entries/${entryId}/body/${side}`}
          download={`${entryId}-${side}`}
          title={`Download the ${bytes(body.kept_len)} that are kept`}
          aria-label="Download the body"
        >
          <Icon name="download" size={14} />
        </a>
      </div>
      {form === "tree" && forms.tree ? (
        <TreeView root={forms.tree} label={`Body of the ${side}`} search={searching ? search : ""} />
      ) : form === "hex" ? (
        <HexView bytes={bytesOf(body)} />
      ) : (
        <pre className={styles.text}>
          <Marked text={text ?? ""} search={searching ? search : ""} />
        </pre>
      )}
    </>
  );
}

function Missing({ body }: { body: BodyView }) {
  const lines = [];
  if (body.truncated) lines.push(`Cut: ${bytes(body.kept_len)} of ${bytes(body.len)} are kept.`);
  if (body.encoded) lines.push(`Still ${body.content_encoding || "encoded"}: it could not be decoded.`);
  if (lines.length === 0) return null;
  return <p className={styles.missing}>{lines.join(" ")}</p>;
}
