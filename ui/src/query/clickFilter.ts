// A click makes a filter: what is added to the filter's text when a value is included or excluded. Pure text work;
// whether the outcome is right is for the aggregator to say.
import { lex } from "./lexer.ts";

export type Condition = { path: string; value: string | number | bigint | boolean };

export function literal(value: Condition["value"]): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

export function includes({ path, value }: Condition): string {
  return `${path} == ${literal(value)}`;
}

/** A comparison with a path that is absent is false, `!=` too; so that absent ones stay in, maps are excluded by `not`. */
export function excludes({ path, value }: Condition): string {
  return path.includes("[") ? `not (${includes({ path, value })})` : `${path} != ${literal(value)}`;
}

/** `filter` narrowed by `term`. The same term twice changes nothing; its opposite is replaced. */
export function narrow(filter: string, term: string): string {
  const old = filter.trim();
  if (!old) return term;
  if (terms(old).includes(term)) return old;
  return `${hasTopLevelOr(old) ? `(${old})` : old} and ${term}`;
}

/** The parts of a filter that stand side by side under `and`; the whole of it where there is an `or` at the top. */
export function terms(filter: string): string[] {
  if (hasTopLevelOr(filter)) return [filter.trim()];
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const token of lex(filter)) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth === 0 && token.kind === "keyword" && isAnd(token.text)) {
      parts.push(part.trim());
      part = "";
    } else part += token.text;
  }
  parts.push(part.trim());
  return parts.filter(Boolean);
}

function isAnd(text: string): boolean {
  return text === "and" || text === "&&";
}

function hasTopLevelOr(filter: string): boolean {
  let depth = 0;
  for (const token of lex(filter)) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth === 0 && token.kind === "keyword" && (token.text === "or" || token.text === "||")) return true;
  }
  return false;
}
