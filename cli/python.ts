import { spawn } from "node:child_process";
import type { Config } from "../config/load.ts";
import { failed } from "./cli-error.ts";

/** How a script ended: its exit code and the last part of what it wrote to stderr. */
export interface ScriptEnd {
  readonly exitCode: number;
  readonly stderr: string;
}

/** Characters of stderr that are kept. */
const KEPT = 20_000;

/**
 * Runs one of the repository's Python scripts in the configured interpreter. Throws with exit code 1 when that can't be started.
 * @param script relative to the repository
 */
export function runPython(
  config: Config,
  script: string,
  args: readonly string[],
): Promise<ScriptEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(config.python, [script, ...args], {
      cwd: config.repository,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    child.on("error", (error) => {
      reject(
        failed(
          `the Python interpreter ${config.python} can't be started (${error.message})`,
          "run `make setup`, or name one in DOJO_PYTHON",
        ),
      );
    });
    child.on("close", (code) => resolve({ exitCode: code ?? 1, stderr: stderr.trimEnd() }));
  });
}

/** The last line of a script's stderr: its message, or the exception that ended it. */
export function lastLine(end: ScriptEnd): string {
  return end.stderr.split("\n").at(-1) || `the script ended with ${end.exitCode}`;
}
