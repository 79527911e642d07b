// A group of toggle buttons of which one is pressed. Arrow keys move within it.
import type { KeyboardEvent } from "react";
import styles from "./Segmented.module.css";

type Props<T extends string> = {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
  small?: boolean;
};

export function Segmented<T extends string>({ label, options, value, onChange, small = false }: Props<T>) {
  function move(event: KeyboardEvent<HTMLElement>) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex((option) => option.value === value);
    const next = options[(at + step + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    const button = event.currentTarget.querySelectorAll("button")[options.indexOf(next)];
    button?.focus();
  }
  return (
    <fieldset className={small ? `${styles.seg} ${styles.small}` : styles.seg} aria-label={label} onKeyDown={move}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
