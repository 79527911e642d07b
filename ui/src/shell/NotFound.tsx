// An address under /mizu that no screen has.
import { Link } from "wouter";
import { Empty } from "../components/Empty.tsx";

export function NotFound() {
  return (
    <main>
      <Empty title="No such screen" lead="This address names no screen of mizu.">
        <Link href="/">To the traffic</Link>
      </Empty>
    </main>
  );
}
