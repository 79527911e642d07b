import { describe, expect, it } from "vitest";
import { actionOf, type Press } from "./keys.ts";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  modified: false,
  typing: false,
  onControl: false,
  ...more,
});

describe("the keyboard", () => {
  it("walks, opens, filters, pauses and leaves", () => {
    for (const [key, action] of [
      ["j", "next"],
      ["ArrowUp", "previous"],
      ["Enter", "open"],
      ["/", "filter"],
      [" ", "pause"],
      ["Escape", "escape"],
      ["?", "help"],
      ["End", "newest"],
      ["[", "previous-tab"],
    ]) {
      expect(actionOf(press(key ?? ""), null), key).toBe(action);
    }
  });
  it("goes to a screen by g and its letter", () => {
    expect(actionOf(press("g"), null)).toBe("g");
    expect(actionOf(press("t"), "g")).toBe("traffic");
    expect(actionOf(press("c"), "g")).toBe("coverage");
    expect(actionOf(press("x"), "g")).toBeNull();
    expect(actionOf(press("c"), null)).toBeNull();
  });
  it("is the text field's while it has the focus, but for Escape", () => {
    for (const key of ["j", "/", " ", "g", "Enter"])
      expect(actionOf(press(key, { typing: true }), null), key).toBeNull();
    expect(actionOf(press("Escape", { typing: true }), null)).toBe("escape");
  });
  it("leaves a button its Enter and Space, and the browser its shortcuts", () => {
    expect(actionOf(press("Enter", { onControl: true }), null)).toBeNull();
    expect(actionOf(press(" ", { onControl: true }), null)).toBeNull();
    expect(actionOf(press("j", { onControl: true }), null)).toBe("next");
    expect(actionOf(press("j", { modified: true }), null)).toBeNull();
  });
});
