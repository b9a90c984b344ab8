import { join } from "node:path";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import { placeInput, scriptsSha256 } from "../job-inputs.ts";
import { type FinishedJob, type JobDeps, runJob } from "../run-job.ts";

/** A short script of `sandbox-images/trainer/`, on one thread and without a device. */
export interface ScriptRequest {
  readonly runId: string;
  readonly label: string;
  readonly stage: string;
  /** `check.py` and its arguments; `{{name}}` stands for an input. */
  readonly script: string;
  readonly args: readonly string[];
  readonly inputs: Readonly<Record<string, ArtifactRef>>;
}

/** Runs a script of ours in the sandbox; `--out {{out}}` is added. */
export async function runScript(deps: JobDeps, request: ScriptRequest): Promise<FinishedJob> {
  const scripts = join(deps.config.repository, "sandbox-images", "trainer");
  const inputs = Object.entries(request.inputs);
  return runJob(deps, {
    runId: request.runId,
    label: request.label,
    stage: request.stage,
    inputs: [...inputs.map(([, ref]) => ref.sha256), request.script, ...request.args],
    image: await scriptsSha256(scripts),
    command: ["{{python}}", `{{scripts}}/${request.script}`, ...request.args, "--out", "{{out}}"],
    mounts: async (job) => ({
      scripts,
      ...Object.fromEntries(
        await Promise.all(
          inputs.map(async ([name, ref]) => [
            name,
            await placeInput({ home: deps.config.home, ...deps }, ref, job),
          ]),
        ),
      ),
    }),
    env: {},
    writtenBy: "ours",
    allowUnprotected: true,
    limits: { ...deps.config.jobs.sandbox, cpuSeconds: null },
    device: null,
    threads: 1,
  });
}
