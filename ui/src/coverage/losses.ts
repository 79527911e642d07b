// What was lost, in one line for the status bar.
import type { Coverage } from "../api/types.ts";
import { amount, isSerious } from "./health.ts";

/** The worst loss with its cause and where; empty if no call was lost. */
export function lossSentence(coverage: Coverage): string {
  const serious = coverage.losses.filter((loss) => isSerious(loss.cause));
  const worst = serious[0];
  if (!worst) return "";
  const at = coverage.workers.filter((worker) => worker.losses.some((loss) => loss.cause === worst.cause));
  const where = coverage.workers.length > 1 && at.length === 1 && at[0] ? ` on ${at[0].pod || at[0].worker}` : "";
  const others = serious.length > 1 ? `, ${serious.length - 1} more` : "";
  return `${amount(worst.count, worst.unit)} lost (${lowerFirst(worst.label)}${where}${others})`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
