// Names and values, each with a way to include it in the filter, to exclude it, to copy it.
import type { NameValue } from "../api/types.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { Icon } from "../components/Icon.tsx";
import { excludes, includes } from "../query/clickFilter.ts";
import styles from "./Detail.module.css";
import type { OnFilter } from "./filtering.ts";
import { conditionOf } from "./filtering.ts";
import { REDACTED } from "./tree.ts";

type Props = { fields: readonly NameValue[]; mono?: boolean; onFilter: OnFilter };

export function KeyValues({ fields, mono = false, onFilter }: Props) {
  return (
    <div role="list">
      {fields.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: headers repeat; their place is their identity
        <div key={index} role="listitem" className={mono ? `${styles.pair} ${styles.mono}` : styles.pair}>
          <span className={styles.name}>{field.name}</span>
          <span className={styles.value}>
            {field.redacted ? <Redacted value={field.value} /> : field.value || <span className="faint">empty</span>}
          </span>
          <Actions field={field} onFilter={onFilter} />
        </div>
      ))}
    </div>
  );
}

function Actions({ field, onFilter }: { field: NameValue; onFilter: OnFilter }) {
  const condition = field.redacted ? null : conditionOf(field);
  return (
    <span className={styles.actions}>
      {condition ? (
        <>
          <button
            type="button"
            title={`Include: ${includes(condition)}`}
            aria-label={`Include ${field.name}`}
            onClick={(event) => onFilter(condition, event.altKey)}
          >
            <Icon name="plus" size={12} />
          </button>
          <button
            type="button"
            title={`Exclude: ${excludes(condition)}`}
            aria-label={`Exclude ${field.name}`}
            onClick={() => onFilter(condition, true)}
          >
            <Icon name="minus" size={12} />
          </button>
        </>
      ) : null}
      <CopyButton text={field.value} label={`Copy ${field.name}`} />
    </span>
  );
}

/** A value of which something was taken out before it left the machine: always the same words in its place. */
export function Redacted({ value }: { value: string }) {
  const [before = "", ...rest] = value.split(REDACTED);
  return (
    <>
      {before}
      <span className={styles.redacted} title="Replaced before it left the machine that captured it">
        <Icon name="redacted" size={11} />
        {REDACTED}
      </span>
      {rest.join(REDACTED)}
    </>
  );
}
