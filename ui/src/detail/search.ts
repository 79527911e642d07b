/** Where `search` occurs in `text`, in whatever case, without overlaps; at most `most` places. */
export function occurrences(text: string, search: string, most = 500): number[] {
  if (!search) return [];
  const haystack = text.toLowerCase();
  const needle = search.toLowerCase();
  // Lower case may change a text's length (İ); places would be wrong then.
  if (haystack.length !== text.length) return [];
  const found: number[] = [];
  for (
    let at = haystack.indexOf(needle);
    at >= 0 && found.length < most;
    at = haystack.indexOf(needle, at + needle.length)
  ) {
    found.push(at);
  }
  return found;
}
