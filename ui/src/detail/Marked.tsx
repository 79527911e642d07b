// A text with what was searched for marked in it.
import { occurrences } from "./search.ts";

export function Marked({ text, search }: { text: string; search: string }) {
  const found = occurrences(text, search);
  if (found.length === 0) return <>{text}</>;
  return (
    <>
      {found.map((at, index) => (
        <span key={at}>
          {text.slice(index === 0 ? 0 : (found[index - 1] ?? 0) + search.length, at)}
          <mark>{text.slice(at, at + search.length)}</mark>
        </span>
      ))}
      {text.slice((found.at(-1) ?? 0) + search.length)}
    </>
  );
}
