import { join } from "node:path";
import { z } from "zod";
import type { SandboxActivities } from "../../protocol/activities.ts";
import { lastJsonLine } from "../gpu/device-job.ts";
import { placeInput, scriptsSha256 } from "../job-inputs.ts";
import { type JobDeps, runJob } from "../run-job.ts";
import { readOutput, readScriptResult } from "../script-result.ts";

const progressSchema = z.object({ done: z.number().int(), total: z.number().int() });
const MAX_DRAWN_BYTES = 500_000_000;

/**
 * Runs the plotting programs of a model's answers in one job of their own and keeps what they drew. It is code that a language
 * model wrote, whoever wrote the submission: without protection it is refused unless the operator allows it.
 */
export async function drawCharts(
  deps: JobDeps,
  input: Parameters<SandboxActivities["drawCharts"]>[0],
): ReturnType<SandboxActivities["drawCharts"]> {
  const { config, artifacts } = deps;
  const scripts = join(config.repository, "sandbox-images", "evaluator");
  const place = { home: config.home, ...deps };
  const job = await runJob(deps, {
    runId: input.experiment.runId,
    label: input.experiment.label,
    stage: "drawCharts",
    inputs: [input.predictions.sha256, input.tables.sha256],
    image: await scriptsSha256(scripts),
    runsIn: "evaluator",
    command: [
      ...["{{python}}", "{{scripts}}/draw.py", "--predictions", "{{predictions}}"],
      ...["--tables", "{{tables}}", "--out", "{{out}}"],
    ],
    mounts: async (name) => ({
      scripts,
      predictions: await placeInput(place, input.predictions, name),
      tables: await placeInput(place, input.tables, name),
    }),
    env: { PYTHONHASHSEED: "0" },
    writtenBy: "language-model",
    allowUnprotected: input.allowUnprotected,
    // Each program has its own limits of CPU and memory in draw.py; how many there are is the task's doing.
    limits: { ...config.jobs.sandbox, cpuSeconds: null },
    device: null,
    threads: 1,
    progress: async (out) => {
      const { done, total } = progressSchema.parse(await lastJsonLine(join(out, "progress.jsonl")));
      return { done, total, message: `${done} of ${total} programs run` };
    },
  });
  const common = { cost: job.cost, protection: job.exit.protection };
  const result = await readScriptResult(job, z.looseObject({}));
  if (!result.ok) {
    await job.release();
    return { ok: false, failure: result.failure, ...common };
  }
  const drawn = await readOutput(job, async (folder) => {
    const path = join(folder, "drawn.jsonl");
    await job.handle.collect("drawn.jsonl", path, MAX_DRAWN_BYTES);
    return artifacts.putFile(path, "application/jsonl");
  });
  await job.release();
  return { ok: true, value: { drawn }, ...common };
}
