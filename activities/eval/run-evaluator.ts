import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { substitute } from "../../sandbox/substitute.ts";
import { fault } from "../faults.ts";
import { scriptsSha256 } from "../job-inputs.ts";
import { runJob } from "../run-job.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runPython } from "./run-python.ts";

/** A script of `sandbox-images/evaluator/`, which are ours and only read what models and submissions wrote. */
export interface EvaluatorRun {
  readonly runId: string;
  /** What tells it from the other jobs of its stage. */
  readonly label: string;
  readonly stage: string;
  /** `score.py`. */
  readonly script: string;
  /** Arguments; `{{name}}` stands for an input, `{{out}}` for the output folder. */
  readonly args: readonly string[];
  /** Name -> host path of a file or folder. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Host folder that takes the outputs. */
  readonly out: string;
  /** Files that it leaves in the output folder. */
  readonly outputs: readonly string[];
}

/**
 * Runs it in a container of the image `evaluator` where the sandbox has containers, else as a process of this worker.
 * @throws PythonFailed; CancelledFailure; ApplicationFailure (JobDied, ScriptCrashed)
 */
export async function runEvaluator(
  deps: Pick<EvalDeps, "config" | "jobs">,
  run: EvaluatorRun,
): Promise<void> {
  const { config, jobs } = deps;
  const scripts = join(config.repository, "sandbox-images", "evaluator");
  if (jobs === undefined) {
    await mkdir(run.out, { recursive: true });
    const paths = { ...run.inputs, out: run.out };
    const args = run.args.map((argument) => substitute(argument, paths));
    return runPython(config, join(scripts, run.script), args);
  }
  const inputs = Object.entries(run.inputs);
  const job = await runJob(jobs, {
    runId: run.runId,
    label: run.label,
    stage: run.stage,
    inputs: [
      ...(await Promise.all(inputs.map(([, path]) => contentSha256(path)))),
      ...[run.script, ...run.args],
    ],
    image: await scriptsSha256(scripts),
    runsIn: "evaluator",
    command: ["{{python}}", `{{scripts}}/${run.script}`, ...run.args],
    mounts: async () => ({ scripts, ...run.inputs }),
    env: { PYTHONHASHSEED: "0" },
    writtenBy: "ours",
    allowUnprotected: true,
    limits: { ...config.jobs.eval, cpuSeconds: null },
    device: null,
    threads: 1,
  });
  if (job.failure !== null) {
    await job.release();
    throw fault("ScriptCrashed", `${run.script}: ${job.failure.message}`);
  }
  await mkdir(run.out, { recursive: true });
  for (const name of run.outputs) {
    await job.handle.collect(name, join(run.out, name), config.jobs.eval.outputBytes);
  }
  await job.release();
}

/** sha256 over a file, or over names and contents of a folder's files. */
async function contentSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  const add = async (entry: string, name: string): Promise<void> => {
    if ((await stat(entry)).isFile()) {
      hash.update(`${name}\0`);
      return pipeline(createReadStream(entry), hash, { end: false });
    }
    for (const below of (await readdir(entry)).sort()) {
      if (below !== "__pycache__") await add(join(entry, below), `${name}/${below}`);
    }
  };
  await add(path, "");
  return hash.digest("hex");
}
