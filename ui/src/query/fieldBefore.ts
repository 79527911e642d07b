// Which field the value at a place belongs to.
import { lex } from "./lexer.ts";

/** The path before the operator before `position`: `dst.name` for `dst.name == |`. Empty if there is none. */
export function fieldBefore(text: string, position: number): string {
  const tokens = lex(text.slice(0, position)).filter((token) => token.kind !== "space");
  while (tokens.length > 0 && ["operator", "other"].includes(tokens.at(-1)?.kind ?? "")) tokens.pop();
  let path = "";
  for (let token = tokens.pop(); token; token = tokens.pop()) {
    if (token.kind !== "path") break;
    path = token.text + path;
  }
  return path;
}
