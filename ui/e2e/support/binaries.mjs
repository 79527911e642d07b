// Where the product's binaries are: MIZU_BIN_DIR, or what cargo built last in this checkout's target folder.
// Nothing is built here; a binary that is missing ends the test with the command that makes it.
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

export const page = join(root, "ui/dist");
export const captures = join(root, "dissect/tests/captures");

export function binary(name) {
  const target = process.env.CARGO_TARGET_DIR ? resolve(root, process.env.CARGO_TARGET_DIR) : join(root, "target");
  const folders = process.env.MIZU_BIN_DIR
    ? [process.env.MIZU_BIN_DIR]
    : [join(target, "debug"), join(target, "release")];
  const found = folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
  if (found.length === 0)
    throw new Error(`${name} is not in ${folders.join(" or ")}; build it: cargo build --workspace --bins`);
  return found.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
