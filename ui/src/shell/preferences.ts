// What is the reader's own and stays out of the address: theme, height of rows, time zone. Kept in the browser;
// `public/theme.js` reads the same keys before the first paint.
import { useSyncExternalStore } from "react";
import type { Zone } from "../components/format.ts";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
export type Density = "dense" | "comfortable";
export const DENSITIES: readonly Density[] = ["dense", "comfortable"];

export type Preferences = { theme: Theme; density: Density; zone: Zone };

const ZONES: readonly Zone[] = ["local", "utc"];

/** Height of a row in pixels, as `--row` in tokens.css. */
export function rowHeight(density: Density): number {
  return density === "comfortable" ? 32 : 24;
}

function kept<T extends string>(key: string, known: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(`mizu.${key}`);
    return known.find((one) => one === value) ?? otherwise;
  } catch {
    return otherwise;
  }
}

let current: Preferences = {
  theme: kept("theme", THEMES, "system"),
  density: kept("density", DENSITIES, "dense"),
  zone: kept("zone", ZONES, "local"),
};
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(listen, () => current);
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    for (const [key, value] of Object.entries(change)) localStorage.setItem(`mizu.${key}`, value);
  } catch {
    // No storage: the choice lasts as long as the page.
  }
  const root = document.documentElement;
  if (current.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  if (current.density === "comfortable") root.dataset.density = "comfortable";
  else delete root.dataset.density;
  for (const listener of listeners) listener();
}
