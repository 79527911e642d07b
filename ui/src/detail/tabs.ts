// Which tabs an entry has, and which of them is shown. Pure.
import type { EntryDetail } from "../api/types.ts";
import { viewOf } from "../protocols/index.ts";
import type { Tab } from "../shell/urlState.ts";

export type TabInfo = { tab: Tab; name: string; count: number | null };

/** Messages of an exchange that are in its bodies; null where they are entries of their own. */
export function messageCount(detail: EntryDetail): number | null {
  if (viewOf(detail.summary).messages(detail.summary) !== "body") return null;
  return (detail.request?.grpc.length ?? 0) + (detail.response?.grpc.length ?? 0);
}

function messagesTab(detail: EntryDetail): TabInfo {
  return { tab: "messages", name: "Messages", count: messageCount(detail) };
}

export function tabsOf(detail: EntryDetail, wide: boolean): TabInfo[] {
  const messages = viewOf(detail.summary).messages(detail.summary);
  const lone = detail.summary.protocol === "websocket";
  const sides: TabInfo[] = lone
    ? [{ tab: "request", name: "Message", count: null }]
    : wide
      ? [{ tab: "request", name: "Request + Response", count: null }]
      : [
          { tab: "request", name: "Request", count: null },
          { tab: "response", name: "Response", count: null },
        ];
  return [
    ...sides,
    ...(messages === "none" ? [] : [messagesTab(detail)]),
    { tab: "timing", name: "Timing", count: null },
    { tab: "raw", name: "Raw", count: null },
  ];
}

/** The tab of the address if the entry has it; else the response, which is what most look for, or what there is. */
export function shownTab(tabs: readonly TabInfo[], wanted: Tab | null, detail: EntryDetail): Tab {
  const has = (tab: Tab) => tabs.some((info) => info.tab === tab);
  if (wanted && has(wanted)) return wanted;
  if (wanted === "response" && has("request")) return "request";
  if (wanted === null && has("response") && detail.response) return "response";
  return "request";
}

/** The tab `step` places further, around the ends. */
export function neighbour(tabs: readonly TabInfo[], shown: Tab, step: number): Tab {
  const at = tabs.findIndex((info) => info.tab === shown);
  return tabs[(at + step + tabs.length) % tabs.length]?.tab ?? shown;
}
