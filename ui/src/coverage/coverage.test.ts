import { describe, expect, it } from "vitest";
import type { LossView, Status, WorkerCoverage } from "../api/types.ts";
import { emptyLead, nextCommands } from "../entries/emptyWords.ts";
import { amount, health, needsLook, stages, why } from "./health.ts";
import { lossSentence } from "./losses.ts";
import { agoText } from "./useAgo.ts";

const worker = (more: Partial<WorkerCoverage> = {}): WorkerCoverage => ({
  worker: "w",
  pod: "",
  namespace: "",
  node: "laptop",
  interfaces: ["lo"],
  state: "capturing",
  reason: "",
  stage: "delivering",
  last_seen: "",
  last_entry: "",
  packets: 100,
  bytes: 1000,
  entries: 10,
  stored: 10,
  waiting_batches: 0,
  captured_share: 1,
  losses: [],
  ...more,
});

const status = (source: string): Status => ({
  version: "",
  store: "ready",
  store_reason: "",
  store_kind: "embedded",
  entries: 0,
  store_bytes: 0,
  store_limit: 0,
  oldest: "",
  newest: "",
  rate: 0,
  source,
  source_name: "",
});

const ring: LossView = {
  cause: "dropped_ring",
  label: "The kernel's ring was full",
  count: 214,
  unit: "packets",
  hint: "",
};

describe("one that captures", () => {
  it("is well while it delivers or has nothing to tell", () => {
    for (const stage of ["delivering", "idle"]) expect(health(worker({ stage })), stage).toBe("well");
    expect(needsLook(worker())).toBe(false);
    expect(why(worker())).toBe("");
  });
  it("needs a look where it cannot capture, sheds, waits or lost calls, and says why", () => {
    const cases: [Partial<WorkerCoverage>, RegExp][] = [
      [{ state: "unavailable", reason: "no right to." }, /Cannot capture: no right to/],
      [{ state: "shedding_bodies" }, /bodies are left out/],
      [{ stage: "no_packets", packets: 0 }, /no packet yet/],
      [{ stage: "only_opaque", entries: 0 }, /TLS without keys/],
      [{ stage: "not_delivering", waiting_batches: 3 }, /3 batches wait/],
    ];
    for (const [more, reason] of cases) {
      expect(needsLook(worker(more)), String(reason)).toBe(true);
      expect(why(worker(more))).toMatch(reason);
    }
    expect(needsLook(worker({ losses: [ring] }))).toBe(true);
  });
  it("shows how far its traffic comes", () => {
    expect(stages(worker())).toEqual(["yes", "yes", "yes", "yes"]);
    expect(stages(worker({ state: "unavailable" }))[0]).toBe("no");
    expect(stages(worker({ packets: 0, entries: 0 }))).toEqual(["yes", "waiting", "unreached", "unreached"]);
    expect(stages(worker({ entries: 0, stage: "only_opaque" }))[2]).toBe("no");
    expect(stages(worker({ stage: "not_delivering" }))[3]).toBe("waiting");
  });
});

describe("what was lost", () => {
  it("is one sentence with amount, cause and place", () => {
    const workers = [worker({ worker: "carts", losses: [ring] }), worker()];
    expect(lossSentence({ workers, captured_share: 0.99, losses: [ring] })).toBe(
      "214 packets lost (the kernel's ring was full on carts)",
    );
  });
  it("is nothing where only bodies were left out", () => {
    const shed = { ...ring, cause: "shed_bodies" };
    expect(lossSentence({ workers: [worker({ losses: [shed] })], captured_share: 1, losses: [shed] })).toBe("");
  });
  it("has its unit, in the singular for one", () => {
    expect(amount(1, "packets")).toBe("1 packet");
    expect(amount(1_400_000, "bytes")).toBe("1.4 MB");
  });
});

describe("an empty list", () => {
  it("says which of the reasons it is, with the next command", () => {
    const cases: [string, WorkerCoverage[], RegExp, RegExp][] = [
      ["local", [], /Nobody captures/, /mizu tap --local/],
      [
        "local",
        [worker({ state: "unavailable", reason: "no right", packets: 0 })],
        /refused: no right/,
        /sudo mizu tap/,
      ],
      ["local", [worker({ packets: 0, entries: 0 })], /no packet has come by/, /curl/],
      ["local", [worker({ entries: 0, stage: "only_opaque" })], /TLS without keys/, /--keylog/],
      ["file", [worker({ state: "finished", packets: 7, entries: 0 })], /7 packets, no call/, /mizu view --file/],
      ["local", [worker({ entries: 0, stage: "idle" })], /no call of a known protocol/, /mizu demo/],
    ];
    for (const [source, workers, lead, command] of cases) {
      expect(emptyLead(status(source), workers)).toMatch(lead);
      expect(
        nextCommands(status(source), workers)
          .map((step) => step.command)
          .join("\n"),
      ).toMatch(command);
    }
  });
});

describe("how long ago", () => {
  it("is never where there was no call", () => {
    expect(agoText("", 0)).toBe("never");
    expect(agoText("1970-01-01T00:00:01Z", 1_200)).toBe("0.2 s");
    expect(agoText("1970-01-01T00:00:00Z", 182_000)).toBe("3 m 02 s");
  });
});
