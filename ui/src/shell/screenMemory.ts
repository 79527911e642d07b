// Where the traffic screen was left, so that its link leads back to the same filter and entry.
import { useEffect, useState } from "react";

export function useScreenMemory(location: string, search: string): string {
  const [left, setLeft] = useState("/");
  useEffect(() => {
    if (location === "/") setLeft(search ? `/?${search}` : "/");
  }, [location, search]);
  return left;
}
