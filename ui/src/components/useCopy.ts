// Puts text on the clipboard and says for 1.2 s that it did.
import { useCallback, useEffect, useState } from "react";
import { copyText } from "./clipboard.ts";

export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (at === 0) return;
    const timer = setTimeout(() => setAt(0), 1200);
    return () => clearTimeout(timer);
  }, [at]);
  const copy = useCallback((text: string) => {
    void copyText(text).then((done) => {
      if (done) setAt(performance.now());
    });
  }, []);
  return { copied: at !== 0, copy };
}
