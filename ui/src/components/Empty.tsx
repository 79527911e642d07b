// Where there is nothing to show: says why, and what to do next.
import type { ReactNode } from "react";
import styles from "./Empty.module.css";

type Props = { title: string; lead: string; children?: ReactNode };

export function Empty({ title, lead, children }: Props) {
  return (
    <section className={styles.empty} aria-label={title}>
      <div>
        <svg
          className={styles.ripple}
          viewBox="0 0 56 40"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          aria-hidden="true"
        >
          <path
            d="M28 2c3 3.4 5.2 5.8 5.2 8.8a5.2 5.2 0 0 1-10.4 0C22.8 7.8 25 5.4 28 2z"
            fill="currentColor"
            stroke="none"
          />
          <ellipse cx="28" cy="28" rx="9" ry="3.2" />
          <ellipse cx="28" cy="28" rx="18" ry="6.4" opacity=".55" />
          <ellipse cx="28" cy="28" rx="27" ry="9.6" opacity=".25" />
        </svg>
        <h1>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {children}
      </div>
    </section>
  );
}

/** A list of things to do, each with its command or link at the right. */
export function Next({ steps }: { steps: { say: string; do: ReactNode }[] }) {
  if (steps.length === 0) return null;
  return (
    <div className={styles.next}>
      <h2>Next</h2>
      <ul>
        {steps.map((step) => (
          <li key={step.say}>
            <span>{step.say}</span>
            {step.do}
          </li>
        ))}
      </ul>
    </div>
  );
}
