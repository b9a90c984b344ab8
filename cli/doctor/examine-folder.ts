import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Finding, fine } from "./examine.ts";

/** A folder that is written to: it, or the closest folder above it that exists, must allow that. */
export function examineFolder(name: string, path: string, variable: string): Finding {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(existing);
    return fine(name, `${path} (${((bavail * bsize) / 1e9).toFixed(0)} GB free)`);
  } catch {
    return {
      name,
      status: "missing",
      detail: `${path} can't be written`,
      advice: `set ${variable} to a folder that can`,
    };
  }
}
