// Structured bodies as a tree of lines: JSON, and protobuf read without its schema. Pure.
import type { ProtobufField } from "../api/types.ts";

export type Kind = "object" | "array" | "string" | "number" | "boolean" | "null";

export type Node = {
  /** Key in an object, index in an array, number of a protobuf field; empty at the top. */
  label: string;
  kind: Kind;
  /** The value of a leaf; for a branch, what stands for its children while it is closed. */
  text: string;
  /** What is known besides: the wire type of a protobuf field. */
  note: string;
  children: Node[];
};

export type Line = { node: Node; level: number; path: string; open: boolean };

/** What a redacted value is replaced by, everywhere. */
export const REDACTED = "[REDACTED]";

export function jsonNode(value: unknown, label = ""): Node {
  if (Array.isArray(value)) {
    const children = value.map((item, index) => jsonNode(item, String(index)));
    return {
      label,
      kind: "array",
      text: `[ ${value.length} ${value.length === 1 ? "item" : "items"} ]`,
      note: "",
      children,
    };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const children = entries.map(([key, item]) => jsonNode(item, key));
    return { label, kind: "object", text: objectText(entries.map(([key]) => key)), note: "", children };
  }
  const leaf = { label, note: "", children: [] };
  switch (typeof value) {
    case "string":
      return { ...leaf, kind: "string", text: value };
    case "number":
      return { ...leaf, kind: "number", text: String(value) };
    case "boolean":
      return { ...leaf, kind: "boolean", text: String(value) };
    default:
      return { ...leaf, kind: "null", text: "null" };
  }
}

function objectText(keys: string[]): string {
  return `{ ${keys.length} ${keys.length === 1 ? "key" : "keys"} }`;
}

/** The keys of a closed branch, for its one line. */
export function closedText(node: Node): string {
  if (node.kind !== "object" || node.children.length === 0 || node.children.length > 6) return node.text;
  return `{ ${node.children.map((child) => child.label).join(", ")} }`;
}

export function protobufNode(fields: readonly ProtobufField[], label = ""): Node {
  return {
    label,
    kind: "object",
    text: `{ ${fields.length} ${fields.length === 1 ? "field" : "fields"} }`,
    note: "",
    children: fields.map(protobufField),
  };
}

function protobufField(field: ProtobufField): Node {
  if (field.kind === "message") return { ...protobufNode(field.fields, String(field.number)), note: "message" };
  const kind = field.kind === "string" || field.kind === "bytes" ? "string" : "number";
  return { label: String(field.number), kind, text: field.value, note: field.kind, children: [] };
}

/** One line for a protobuf message in a list: `1: "03fef6ac", 2: 4`. */
export function protobufLine(fields: readonly ProtobufField[]): string {
  const parts = fields.map((field) => {
    if (field.kind === "message") return `${field.number}: {${protobufLine(field.fields)}}`;
    return `${field.number}: ${field.kind === "string" ? JSON.stringify(field.value) : field.value}`;
  });
  return parts.join(", ");
}

/** A branch is open at first down to this level, and only if it has few children. */
const OPEN_LEVELS = 2;
const OPEN_CHILDREN = 30;

/** The lines in sight. `toggled` holds the paths of branches that are not as they were at first. */
export function linesOf(root: Node, toggled: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  walk(root, 0, "$");
  return lines;

  function walk(node: Node, level: number, path: string): void {
    const atFirst = level === 0 || (level < OPEN_LEVELS && node.children.length <= OPEN_CHILDREN);
    const open = node.children.length > 0 && atFirst !== toggled.has(path);
    lines.push({ node, level, path, open });
    if (!open) return;
    for (const child of node.children) walk(child, level + 1, childPath(path, node, child));
  }
}

/** The path of a child as JSONPath writes it: `$.order.items[0]`. */
function childPath(path: string, node: Node, child: Node): string {
  if (node.kind === "array") return `${path}[${child.label}]`;
  return /^[A-Za-z_]\w*$/.test(child.label) ? `${path}.${child.label}` : `${path}[${JSON.stringify(child.label)}]`;
}
