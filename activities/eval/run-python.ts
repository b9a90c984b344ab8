import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { asyncLocalStorage } from "@temporalio/activity";
import type { Config } from "../../config/load.ts";
import { fault } from "../faults.ts";

/** A Python script of ours that ended with an error: its status and the end of its stderr. */
export class PythonFailed extends Error {
  override readonly name = "PythonFailed";
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(script: string, exitCode: number | null, stderr: string) {
    super(`${script} ended with ${exitCode}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Exit status with which the evaluator's scripts say that a file they were given is wrong. */
const BAD_INPUT = 2;

/**
 * Runs one of the evaluator's scripts, which are ours and only read what a model wrote, to its end.
 * @throws PythonFailed, which is retried; ApplicationFailure (ScriptCrashed) where the script refuses its input, which will not change
 */
export async function runPython(
  config: Pick<Config, "python" | "jobs">,
  script: string,
  args: readonly string[],
): Promise<void> {
  try {
    await promisify(execFile)(config.python, [script, ...args], {
      maxBuffer: 16 * 1024 * 1024,
      // A text that a model wrote may keep a regular expression busy for ever.
      timeout: config.jobs.eval.deadlineMs,
      killSignal: "SIGKILL",
      ...cancellation(),
      env: {
        PATH: process.env.PATH,
        PYTHONHASHSEED: "0",
        OMP_NUM_THREADS: "1",
        OPENBLAS_NUM_THREADS: "1",
      },
    });
  } catch (error) {
    const { code, stderr } = error as { code?: number | string; stderr?: string };
    const exitCode = typeof code === "number" ? code : null;
    if (exitCode === BAD_INPUT) throw fault("ScriptCrashed", `${script}: ${stderr?.trim()}`);
    throw new PythonFailed(script, exitCode, stderr ?? String(error));
  }
}

/** Ends the script with the activity that wants it; `dojo data prepare` has none. */
function cancellation(): { readonly signal?: AbortSignal } {
  const context = asyncLocalStorage.getStore();
  return context === undefined ? {} : { signal: context.cancellationSignal };
}
