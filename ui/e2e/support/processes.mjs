// Child processes that end with the test: each is started here, watched, and ended by its own handle.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Runs a program to its end; its output, or an error that has it. */
export async function run(program, args, { within = 120_000 } = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: within, killSignal: "SIGKILL" });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (out += chunk));
  const status = await new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done(code ?? signal));
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${out}`);
  return out;
}

/** Starts a program and waits for the first line that it prints. */
export async function start(program, args, { within = 60_000 } = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const ended = new Promise((done) => child.once("close", done));
  const line = await new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`${program} printed nothing within ${within} ms:\n${log}`)), within);
    createInterface({ input: child.stdout }).once("line", (text) => {
      clearTimeout(late);
      done(text);
    });
    child.once("close", (code) => {
      clearTimeout(late);
      failed(new Error(`${program} ended with ${code}:\n${log}`));
    });
    child.once("error", failed);
  });
  return {
    line,
    log: () => log,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(late);
    },
  };
}
