// The width of an element, followed as it changes.
import { type RefObject, useLayoutEffect, useState } from "react";

/** `key` names the element, where another one may take its place. */
export function useWidth(element: RefObject<HTMLElement | null>, key: unknown): number {
  const [width, setWidth] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another element
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    setWidth(target.clientWidth);
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element, key]);
  return width;
}
