// One line for each that captures: those that need a look first, with why and what to do.
import type { WorkerCoverage } from "../api/types.ts";
import { Command } from "../components/Command.tsx";
import { bytes, count } from "../components/format.ts";
import styles from "./Coverage.module.css";
import { amount, isSerious, needsLook, why } from "./health.ts";
import { StageNames, Stages } from "./Stages.tsx";
import { useAgo } from "./useAgo.ts";
import { workerName } from "./workerName.ts";

export function WorkerTable({ workers }: { workers: readonly WorkerCoverage[] }) {
  const look = workers.filter(needsLook);
  const calm = workers.filter((worker) => !needsLook(worker));
  return (
    <section className={styles.card} aria-label="Each that captures">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Captured by</th>
            <th scope="col">
              <StageNames />
            </th>
            <th scope="col" className="num">
              Packets
            </th>
            <th scope="col" className="num">
              Calls
            </th>
            <th scope="col" className="num">
              Last call
            </th>
            <th scope="col" className="num">
              Lost
            </th>
            <th scope="col">Cause</th>
            <th scope="col" className="num">
              TLS opaque
            </th>
          </tr>
        </thead>
        {look.length > 0 ? <Group name="Needs a look" size={look.length} /> : null}
        {look.map((worker) => (
          <tbody key={worker.worker} className={styles.look}>
            <Line worker={worker} />
            <Why worker={worker} />
          </tbody>
        ))}
        {calm.length > 0 ? <Group name="Complete" size={calm.length} /> : null}
        <tbody>
          {calm.map((worker) => (
            <Line key={worker.worker} worker={worker} calm />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Group({ name, size }: { name: string; size: number }) {
  return (
    <tbody className={styles.group}>
      <tr>
        <th colSpan={8} scope="rowgroup">
          {name} <span className="faint">{size}</span>
        </th>
      </tr>
    </tbody>
  );
}

function Line({ worker, calm = false }: { worker: WorkerCoverage; calm?: boolean }) {
  const ago = useAgo(worker.last_entry);
  const worst = worker.losses.find((loss) => isSerious(loss.cause));
  const opaque = worker.losses.find((loss) => loss.cause === "opaque_bytes");
  return (
    <tr>
      <td className={styles.name}>
        {workerName(worker)} <span className="faint">{worker.namespace || worker.interfaces.join(", ")}</span>
      </td>
      <td>
        <Stages worker={worker} calm={calm} />
      </td>
      <td className="num">{count(worker.packets)}</td>
      <td className="num">{count(worker.entries)}</td>
      <td className="num">{ago}</td>
      <td className={worst ? `num ${styles.warned}` : "num faint"}>{worst ? amount(worst.count, worst.unit) : "0"}</td>
      <td className={styles.cause} title={worst?.label}>
        {worst?.label ?? ""}
      </td>
      <td className={opaque ? `num ${styles.warned}` : "num faint"}>{bytes(opaque?.count ?? 0)}</td>
    </tr>
  );
}

function Why({ worker }: { worker: WorkerCoverage }) {
  const losses = worker.losses.filter((loss) => isSerious(loss.cause));
  const sentences = [
    why(worker),
    ...losses.map((loss) => `${amount(loss.count, loss.unit)} lost: ${loss.label.replace(/\.$/, "")}.`),
  ];
  const hints = [...new Set(losses.map((loss) => loss.hint).filter(Boolean))];
  const commands = hints.filter(isCommand);
  const words = [...sentences, ...hints.filter((hint) => !isCommand(hint))].filter(Boolean);
  return (
    <tr className={styles.why}>
      <td colSpan={8}>
        <div>
          <p>{words.join(" ")}</p>
          {commands.map((command) => (
            <Command key={command} text={command} />
          ))}
        </div>
      </td>
    </tr>
  );
}

/** A hint that is a command to type and not a sentence. */
function isCommand(hint: string): boolean {
  return /^(?:sudo )?(?:mizu|kubectl|sysctl|setcap)\b/.test(hint) && !/[.!]$/.test(hint);
}
