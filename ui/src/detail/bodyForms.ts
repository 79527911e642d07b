// In which ways a body can be looked at, decided from its type and its bytes. Pure.
import type { BodyView } from "../api/types.ts";
import { jsonNode, type Node } from "./tree.ts";

export type Form = "tree" | "pretty" | "raw" | "hex";

export type Forms = {
  /** Those that make sense, the best first. */
  forms: Form[];
  tree: Node | null;
  pretty: string | null;
  text: string | null;
};

export function formsOf(body: BodyView): Forms {
  const text = body.format === "utf8" && !body.encoded ? body.data : null;
  if (text === null || text === "") return { forms: ["hex"], tree: null, pretty: null, text: null };
  const value = parse(text);
  if (value !== undefined) {
    return {
      forms: ["tree", "pretty", "raw", "hex"],
      tree: jsonNode(value),
      pretty: JSON.stringify(value, null, 2),
      text,
    };
  }
  // Cut JSON is indented as far as it goes.
  const pretty = looksLikeJson(text, body.content_type) ? indent(text) : null;
  return { forms: pretty ? ["pretty", "raw", "hex"] : ["raw", "hex"], tree: null, pretty, text };
}

/** The value, if the text is JSON with any structure at all. */
function parse(text: string): unknown {
  const start = text.trimStart().charAt(0);
  if (start !== "{" && start !== "[") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function looksLikeJson(text: string, type: string): boolean {
  return /json/.test(type) && /^\s*[{[]/.test(text);
}

/** JSON with line breaks and spaces, whether or not it is whole. */
export function indent(text: string): string {
  let out = "";
  let level = 0;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (piece === "}" || piece === "]") {
      level = Math.max(0, level - 1);
      out = `${out.trimEnd()}\n${"  ".repeat(level)}${piece}`;
    } else if (piece === "{" || piece === "[") {
      level += 1;
      out += `${piece}\n${"  ".repeat(level)}`;
    } else if (piece === ",") out += `,\n${"  ".repeat(level)}`;
    else if (piece === ":") out += ": ";
    else out += piece;
  }
  return out;
}
