// One side of an exchange: facts, header fields, cookies, query, form, trailers, body.
import type { EntryDetail, MessageDetail } from "../api/types.ts";
import { bytes, plural } from "../components/format.ts";
import { NOTE_TEXTS, UNANSWERED_TEXTS } from "../entries/columns.ts";
import { BodyPanel } from "./BodyPanel.tsx";
import styles from "./Detail.module.css";
import type { OnFilter } from "./filtering.ts";
import { KeyValues } from "./KeyValues.tsx";
import { Section } from "./Section.tsx";

type Props = { detail: EntryDetail; side: "request" | "response"; headed?: boolean; onFilter: OnFilter };

export function SidePanel({ detail, side, headed = false, onFilter }: Props) {
  const message = detail[side];
  return (
    <section className={styles.side} aria-label={side === "request" ? "Request" : "Response"}>
      {headed ? <div className={styles.sideHead}>{side === "request" ? "Request" : "Response"}</div> : null}
      {side === "request" || !detail.request ? <Notes detail={detail} /> : null}
      {message ? (
        <Message message={message} side={side} id={detail.summary.id} onFilter={onFilter} />
      ) : (
        <Absent detail={detail} side={side} />
      )}
    </section>
  );
}

type MessageProps = { message: MessageDetail; side: "request" | "response"; id: string; onFilter: OnFilter };

function Message({ message, side, id, onFilter }: MessageProps) {
  const { details: facts, headers, trailers, cookies, query, form, body } = message;
  const size = { name: "Body size", value: bytes(body.len), redacted: false, path: "" };
  const details = body.len > 0 ? [...facts, size] : facts;
  return (
    <>
      {details.length > 0 ? (
        <Section title="Details">
          <KeyValues fields={details} onFilter={onFilter} />
        </Section>
      ) : null}
      {query.length > 0 ? (
        <Section title="Query string" note={query.length}>
          <KeyValues mono fields={query} onFilter={onFilter} />
        </Section>
      ) : null}
      {headers.length > 0 ? (
        <Section title="Headers" note={headers.length}>
          <KeyValues mono fields={headers} onFilter={onFilter} />
        </Section>
      ) : null}
      {cookies.length > 0 ? (
        <Section title="Cookies" note={cookies.length}>
          <KeyValues mono fields={cookies} onFilter={onFilter} />
        </Section>
      ) : null}
      {trailers.length > 0 ? (
        <Section title="Trailers" note={trailers.length}>
          <KeyValues mono fields={trailers} onFilter={onFilter} />
        </Section>
      ) : null}
      {form.length > 0 ? (
        <Section title="Form" note={form.length}>
          <KeyValues mono fields={form} onFilter={onFilter} />
        </Section>
      ) : null}
      {body.kept_len > 0 ? (
        <Section title="Body" note={bodyNote(message)}>
          <BodyPanel key={`${id} ${side}`} body={body} side={side} entryId={id} />
        </Section>
      ) : body.len > 0 ? (
        <p className={styles.remark}>The body of {bytes(body.len)} was not kept.</p>
      ) : null}
    </>
  );
}

/** Type and size; where it was sent compressed, both sizes. */
function bodyNote({ body }: MessageDetail): string {
  const type = body.content_type.split(";")[0]?.trim() ?? "";
  const size = bytes(body.len);
  const sent =
    body.content_encoding && body.sent_len !== body.len ? `, ${bytes(body.sent_len)} as ${body.content_encoding}` : "";
  return [type, `${size}${sent}`].filter(Boolean).join(" · ");
}

/** What is missing of the exchange, or otherwise to be known of it. */
function Notes({ detail }: { detail: EntryDetail }) {
  const said = new Set(["redacted", "open", "probe", "truncated", "undecoded"]);
  const notes = detail.summary.notes.filter((note) => !said.has(note) && NOTE_TEXTS[note]);
  if (notes.length === 0) return null;
  return (
    <ul className={styles.notes}>
      {notes.map((note) => (
        <li key={note}>
          {NOTE_TEXTS[note]}
          {note === "gap" && detail.gap_bytes > 0 ? ` ${plural(detail.gap_bytes, "byte")}.` : ""}
        </li>
      ))}
    </ul>
  );
}

function Absent({ detail, side }: { detail: EntryDetail; side: "request" | "response" }) {
  const reason = side === "response" ? UNANSWERED_TEXTS[detail.summary.unanswered ?? ""] : undefined;
  return (
    <p className={styles.remark}>
      {side === "request" ? "The request was not captured." : "There is no response"}
      {side === "response" ? (reason ? `: ${reason}.` : ".") : ""}
    </p>
  );
}
