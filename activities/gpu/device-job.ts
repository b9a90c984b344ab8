import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import type { StageResult } from "../../protocol/stage.ts";
import { placeInput, scriptsSha256 } from "../job-inputs.ts";
import { resultIndex } from "../result-index.ts";
import {
  type FinishedJob,
  type JobDeps,
  type JobRequest,
  nameOf,
  removeJob,
  runJob,
} from "../run-job.ts";
import { readScriptResult } from "../script-result.ts";

/** What gpu activities need: the device of this worker above all. */
export interface GpuDeps extends JobDeps {
  readonly device: { readonly name: string; readonly threads: number };
}

/** A script of `sandbox-images/trainer/` that holds this worker's device. */
export interface DeviceRequest {
  readonly runId: string;
  readonly label: string;
  readonly stage: string;
  readonly script: string;
  /** Arguments; `{{name}}` stands for an input. Device, threads and `--out` are added. */
  readonly args: readonly string[];
  readonly inputs: Readonly<Record<string, ArtifactRef>>;
  readonly progress?: JobRequest["progress"];
}

/**
 * Runs a script on the device and returns what it found: `take` stores what is wanted of a good job's output. The same job is not
 * run again once its result is stored.
 */
export async function onDevice<Schema extends z.ZodType, T>(
  deps: GpuDeps,
  request: DeviceRequest & { readonly result: Schema },
  take: (job: FinishedJob, result: z.infer<Schema>) => Promise<T>,
): Promise<StageResult<T>> {
  const { config, artifacts, device } = deps;
  const scripts = join(config.repository, "sandbox-images", "trainer");
  const inputs = Object.entries(request.inputs);
  const [kind = "cpu", number = "0"] = device.name.split("-");
  const jobRequest: JobRequest = {
    runId: request.runId,
    label: request.label,
    stage: request.stage,
    inputs: [
      ...inputs.map(([, ref]) => ref.sha256),
      ...[request.script, ...request.args, kind, String(device.threads)],
    ],
    image: await scriptsSha256(scripts),
    command: [
      ...["{{python}}", `{{scripts}}/${request.script}`, ...request.args],
      ...["--device", kind, "--threads", String(device.threads), "--out", "{{out}}"],
    ],
    mounts: async (job) => ({
      scripts,
      ...Object.fromEntries(
        await Promise.all(
          inputs.map(async ([name, ref]) => [
            name,
            await placeInput({ home: config.home, ...deps }, ref, job),
          ]),
        ),
      ),
    }),
    env: kind === "cuda" ? { CUDA_VISIBLE_DEVICES: number } : {},
    writtenBy: "ours",
    allowUnprotected: true,
    limits: { ...config.jobs.gpu, cpuSeconds: null },
    device: device.name,
    threads: device.threads,
    ...(request.progress === undefined ? {} : { progress: request.progress }),
  };
  // A worker may die between storing a result and telling Temporal: the retry then finds it here, and nothing is paid twice.
  const { name, digest } = nameOf(deps, jobRequest);
  const index = resultIndex(config.home, "results", artifacts);
  const key = `${name}.${digest.slice(0, 16)}`;
  const known = await index.get(key);
  if (known !== null) {
    if ((await deps.sandbox.attach(name)) !== null) await removeJob(deps, name);
    return known as StageResult<T>;
  }
  const job = await runJob(deps, jobRequest);
  const result = await readScriptResult(job, request.result);
  const common = { cost: job.cost, protection: job.exit.protection };
  const stage: StageResult<T> = result.ok
    ? { ok: true, value: await take(job, result.value), ...common }
    : { ok: false, failure: result.failure, ...common };
  // What killed a job again and again may be mended before somebody resets the workflow.
  if (result.ok || result.failure.class !== "killed-repeatedly") await index.put(key, stage);
  await job.release();
  return stage;
}

/** The last whole line of a JSONL file as a value; null when there is none. Reads the file's end only. */
export async function lastJsonLine(path: string): Promise<unknown | null> {
  const TAIL_BYTES = 4096;
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString("utf8").split("\n").slice(0, -1);
    const last = lines.at(-1);
    return last === undefined ? null : JSON.parse(last);
  } finally {
    await file.close();
  }
}
