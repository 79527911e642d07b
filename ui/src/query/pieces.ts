// A filter's text cut into pieces of one colour, and cut again where an error begins and ends.
import type { QueryError } from "../api/types.ts";
import { lex, type TokenKind } from "./lexer.ts";

export type Piece = { kind: TokenKind; text: string; start: number; wrong: boolean };

export function pieces(text: string, error: QueryError | null): Piece[] {
  const from = error ? Math.min(error.start, text.length) : text.length;
  const to = error ? Math.max(error.end, from) : text.length;
  return lex(text).flatMap((token) => {
    const cuts = [from, to].filter((cut) => cut > token.start && cut < token.start + token.text.length);
    const edges = [token.start, ...new Set(cuts), token.start + token.text.length];
    return edges.slice(1).map((end, index) => {
      const start = edges[index] ?? token.start;
      return {
        kind: token.kind,
        text: text.slice(start, end),
        start,
        wrong: error !== null && start >= from && end <= to,
      };
    });
  });
}

/** The text with the suggestion in the place of what is wrong. */
export function fixed(text: string, error: QueryError): string {
  return error.suggestion === null ? text : text.slice(0, error.start) + error.suggestion + text.slice(error.end);
}
