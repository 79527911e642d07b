// A structured body as lines that open and close. Arrow keys move and fold, as in every tree.
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Button } from "../components/Button.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { plural } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import styles from "./Body.module.css";
import { Redacted } from "./KeyValues.tsx";
import { Marked } from "./Marked.tsx";
import { closedText, type Line, linesOf, type Node, REDACTED } from "./tree.ts";

/** Lines painted at first; a body of megabytes must not block the page. */
const MOST = 1_000;

type Props = { root: Node; label: string; search: string };

export function TreeView({ root, label, search }: Props) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState("$");
  const [most, setMost] = useState(MOST);
  const box = useRef<HTMLDivElement>(null);
  const all = useMemo(() => linesOf(root, toggled), [root, toggled]);
  const lines = all.length > most ? all.slice(0, most) : all;

  function toggle(line: Line) {
    if (line.node.children.length === 0) return;
    const next = new Set(toggled);
    if (!next.delete(line.path)) next.add(line.path);
    setToggled(next);
  }
  function keys(event: KeyboardEvent<HTMLElement>) {
    const at = lines.findIndex((line) => line.path === focused);
    const line = lines[at];
    if (!line) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) focus(lines[at + step]);
    else if (event.key === "ArrowRight") {
      if (line.open) focus(lines[at + 1]);
      else toggle(line);
    } else if (event.key === "ArrowLeft") {
      if (line.open) toggle(line);
      else focus(lines.slice(0, at).findLast((other) => other.level < line.level));
    } else if (event.key === "Enter" || event.key === " ") toggle(line);
    else return;
    event.preventDefault();
    event.stopPropagation();
    event.nativeEvent.stopImmediatePropagation();
  }
  function focus(line: Line | undefined) {
    if (!line) return;
    setFocused(line.path);
    const items = box.current?.querySelectorAll<HTMLElement>("[role=treeitem]");
    items?.[lines.indexOf(line)]?.focus();
  }
  return (
    <>
      <div role="tree" aria-label={label} className={styles.tree} ref={box} onKeyDown={keys}>
        {lines.map((line) => (
          <TreeLine
            key={line.path}
            line={line}
            focusable={line.path === focused}
            search={search}
            onToggle={() => {
              setFocused(line.path);
              toggle(line);
            }}
          />
        ))}
      </div>
      {all.length > lines.length ? (
        <Button className={styles.more} onClick={() => setMost(most * 10)}>
          {plural(all.length - lines.length, "more line")}
        </Button>
      ) : null}
    </>
  );
}

type LineProps = { line: Line; focusable: boolean; search: string; onToggle: () => void };

function TreeLine({ line, focusable, search, onToggle }: LineProps) {
  const { node, level, open, path } = line;
  const branch = node.children.length > 0;
  return (
    <div
      role="treeitem"
      aria-level={level + 1}
      aria-expanded={branch ? open : undefined}
      tabIndex={focusable ? 0 : -1}
      className={styles.line}
      style={{ paddingLeft: level * 16 + 14, backgroundSize: `${level * 16}px 100%` }}
      title={path}
      onClick={onToggle}
    >
      {branch ? (
        <span className={styles.twist} style={{ left: level * 16 }}>
          <Icon name={open ? "down" : "right"} size={12} />
        </span>
      ) : null}
      {node.label ? (
        <>
          <span className={styles.key}>
            <Marked text={node.label} search={search} />
          </span>
          <span className="faint">: </span>
        </>
      ) : null}
      <Value node={node} open={open} search={search} />
      {node.note ? <span className={styles.type}>{node.note}</span> : null}
      {level > 0 ? (
        <span className={styles.lineActions}>
          <CopyButton
            text={branch ? path : node.text}
            label={branch ? `Copy the path ${path}` : `Copy the value of ${path}`}
          />
        </span>
      ) : null}
    </div>
  );
}

function Value({ node, open, search }: { node: Node; open: boolean; search: string }) {
  switch (node.kind) {
    case "object":
    case "array":
      return <span className="faint">{open ? node.text : closedText(node)}</span>;
    case "string":
      if (node.text.includes(REDACTED)) return <Redacted value={node.text} />;
      return (
        <span className={styles.string}>
          <Marked text={JSON.stringify(node.text)} search={search} />
        </span>
      );
    case "number":
      return (
        <span className={styles.number}>
          <Marked text={node.text} search={search} />
        </span>
      );
    default:
      return <span className={styles.word}>{node.text}</span>;
  }
}
