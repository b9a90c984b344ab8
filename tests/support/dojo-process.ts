import { execFile } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** What a verb did. */
export interface VerbResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a verb as a process of its own, on the stack of a home. */
export function runVerb(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<VerbResult> {
  const { TEMPORAL_ADDRESS: _address, DOJO_CONFIG: _config, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(root, "cli", "main.ts"), ...args],
      { env: { ...inherited, DOJO_HOME: home, ...env }, encoding: "utf8" },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
