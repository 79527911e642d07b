// A button that opens a list of things to do. Arrow keys move, Enter does, Esc closes and gives the focus back.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import styles from "./Menu.module.css";

export type MenuItem = { label: string; hint?: string; disabled?: boolean; act: () => void };

type Props = {
  label: string;
  face: ReactNode;
  items: readonly MenuItem[];
  kind?: "line" | "icon" | "plain";
  tall?: boolean;
  caret?: boolean;
  /** To which edge of the button the list is aligned. */
  align?: "left" | "right";
  className?: string | undefined;
};

export function Menu({
  label,
  face,
  items,
  kind = "line",
  tall = false,
  caret = true,
  align = "right",
  className,
}: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]:not([disabled])")?.focus();
    function outside(event: PointerEvent) {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    }
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  function close() {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  }
  function keys(event: KeyboardEvent<HTMLElement>) {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]:not([disabled])")];
    const at = all.findIndex((item) => item.matches(":focus"));
    all[(at + step + all.length) % all.length]?.focus();
  }
  return (
    <div className={[styles.menu, className].filter(Boolean).join(" ")} ref={root}>
      <Button
        kind={kind}
        tall={tall}
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen((was) => !was)}
      >
        {face}
        {caret ? <Icon name="down" size={12} className={styles.caret} /> : null}
      </Button>
      {open ? (
        <div
          id={id}
          role="menu"
          aria-label={label}
          tabIndex={-1}
          className={`${styles.list} ${styles[align]}`}
          onKeyDown={keys}
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              disabled={item.disabled}
              onClick={() => {
                close();
                item.act();
              }}
            >
              <span className="cut">{item.label}</span>
              {item.hint ? <span className="faint cut">{item.hint}</span> : null}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
