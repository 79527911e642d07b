// The strip's figures as a table, for readers who do not see the drawing. Bars are put together to a dozen lines.
import type { HistogramBar } from "../api/types.ts";
import { timeOfDay, type Zone } from "../components/format.ts";

const LINES = 12;

export function TwinTable({ bars, zone }: { bars: readonly HistogramBar[]; zone: Zone }) {
  const size = Math.max(1, Math.ceil(bars.length / LINES));
  const groups = Array.from({ length: Math.ceil(bars.length / size) }, (_, index) =>
    bars.slice(index * size, (index + 1) * size),
  );
  return (
    <table className="hidden">
      <caption>Calls over time by outcome</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">ok</th>
          <th scope="col">client error</th>
          <th scope="col">server error</th>
          <th scope="col">no reply</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={group[0]?.start}>
            <th scope="row">{timeOfDay(Date.parse(group[0]?.start ?? ""), zone)}</th>
            <td>{sum(group, (bar) => bar.ok)}</td>
            <td>{sum(group, (bar) => bar.client_error)}</td>
            <td>{sum(group, (bar) => bar.server_error)}</td>
            <td>{sum(group, (bar) => bar.no_reply)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function sum(bars: readonly HistogramBar[], of: (bar: HistogramBar) => number): number {
  return bars.reduce((total, bar) => total + of(bar), 0);
}
