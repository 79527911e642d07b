// Filters that were applied, and those that the reader saved, kept in the browser. Newest first.
import { useSyncExternalStore } from "react";

const HISTORY = { key: "mizu.history", most: 50 };
const SAVED = { key: "mizu.saved", most: 100 };

/** `filters` with `added` at the front, without a second one of it. */
export function pushed(filters: readonly string[], added: string, most: number): string[] {
  const text = added.trim();
  if (!text) return [...filters];
  return [text, ...filters.filter((filter) => filter !== text)].slice(0, most);
}

function read(key: string): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}

function write(key: string, filters: string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(filters));
  } catch {
    // No storage: they last as long as the page.
  }
}

let history = read(HISTORY.key);
let saved = read(SAVED.key);
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}

export function useHistory(): readonly string[] {
  return useSyncExternalStore(listen, () => history);
}

export function useSaved(): readonly string[] {
  return useSyncExternalStore(listen, () => saved);
}

export function remember(filter: string): void {
  history = pushed(history, filter, HISTORY.most);
  write(HISTORY.key, history);
  changed();
}

export function toggleSaved(filter: string): void {
  saved = saved.includes(filter) ? saved.filter((one) => one !== filter) : pushed(saved, filter, SAVED.most);
  write(SAVED.key, saved);
  changed();
}
