// Colours for the filter language. In: a text as it is being typed. Out: pieces that put together are that text.
//
// This is for the eye only: it accepts everything. Whether a filter is right is said by the `query` crate alone.

export type TokenKind = "space" | "keyword" | "path" | "function" | "operator" | "string" | "number" | "other";
export type Token = { kind: TokenKind; text: string; start: number };

const KEYWORDS = new Set(["and", "or", "not", "in", "has", "like", "between", "true", "false", "nil"]);
const MACROS = new Set(["http", "http2", "grpc", "gql", "graphql", "websocket", "ws"]);

const RULES: readonly [TokenKind, RegExp][] = [
  ["space", /\s+/y],
  ["string", /r?"(?:[^"\\]|\\.)*"?|r?'(?:[^'\\]|\\.)*'?|`[^`]*`?/y],
  ["number", /\d[\d_]*(?:\.\d+)?(?:[a-zA-Z]+)?/y],
  ["keyword", /&&|\|\|/y],
  ["operator", /==|!=|<=|>=|=~|!~|[<>!=~]/y],
  ["path", /[A-Za-z_][\w-]*/y],
  ["other", /[\s\S]/y],
];

export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = next(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens.map((token, index) => refine(token, tokens[index - 1], tokens[index + 1]));
}

function next(text: string, start: number): Token {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = start;
    const found = rule.exec(text)?.[0];
    if (found) return { kind, text: found, start };
  }
  return { kind: "other", text: text.charAt(start), start };
}

function refine(token: Token, before: Token | undefined, after: Token | undefined): Token {
  if (token.kind === "other" && token.text === "." && before?.kind === "path") return { ...token, kind: "path" };
  if (token.kind !== "path") return token;
  const standsAlone = before?.text !== "." && after?.text !== "." && after?.text !== "[";
  if (after?.text === "(" && !KEYWORDS.has(token.text)) return { ...token, kind: "function" };
  if (standsAlone && (KEYWORDS.has(token.text) || MACROS.has(token.text))) return { ...token, kind: "keyword" };
  return token;
}
