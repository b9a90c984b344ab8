import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { GpuActivities } from "../../protocol/activities.ts";
import type { TrainingReport } from "../../protocol/feedback.ts";
import type { FinishedJob } from "../run-job.ts";
import { readOutput } from "../script-result.ts";
import { taskOf } from "../task-cards.ts";
import { type GpuDeps, lastJsonLine, onDevice } from "./device-job.ts";

const resultSchema = z.object({
  steps: z.number().int(),
  finalLoss: z.number(),
  trainLoss: z.number(),
  holdoutLoss: z.number().nullable(),
  overfittingGap: z.number().nullable(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number(),
  resumes: z.number().int(),
  weightsSha256: z.string(),
  versions: z.record(z.string(), z.string()).default({}),
});

const stepSchema = z.object({
  step: z.number().int(),
  steps: z.number().int(),
  loss: z.number(),
  tokensPerSecond: z.number(),
  mfu: z.number().nullable().default(null),
});

/** Points of a loss curve in the feedback at most. */
const CURVE_POINTS = 60;
const MAX_METRICS_BYTES = 200_000_000;

/** Stage 5: training, adopted or resumed where an earlier attempt left it. */
export async function trainModel(
  deps: GpuDeps,
  input: Parameters<GpuActivities["trainModel"]>[0],
): ReturnType<GpuActivities["trainModel"]> {
  const { experiment } = input;
  const { limits } = taskOf(deps.config, experiment.task, experiment.tier).tier;
  const config = await deps.artifacts.putJson(input.config);
  return onDevice(
    deps,
    {
      runId: experiment.runId,
      label: experiment.label,
      stage: "trainModel",
      script: "train.py",
      args: [
        ...["--model", "{{model}}", "--data", "{{data}}", "--holdout", "{{holdout}}"],
        ...["--config", "{{config}}", "--context", String(input.contextLength)],
        ...["--seed", String(input.seed), "--step-limit", String(limits.maxSteps)],
      ],
      inputs: { model: input.baseModel, data: input.data, holdout: input.holdout, config },
      progress: async (out) => {
        const step = stepSchema.parse(await lastJsonLine(join(out, "metrics.jsonl")));
        return {
          done: step.step,
          total: step.steps,
          message: `step ${step.step}/${step.steps}, loss ${step.loss.toFixed(3)}, ${Math.round(step.tokensPerSecond)} tokens/s`,
        };
      },
      result: resultSchema,
    },
    async (job, { weightsSha256, versions, ...figures }) => {
      const { model, metrics, steps } = await readOutput(job, (folder) =>
        storeOutput(deps, job, folder),
      );
      const report: TrainingReport = {
        ...figures,
        lossCurve: thin(steps.map(({ step, loss }) => ({ step, loss }))),
        mfu: steps.at(-1)?.mfu ?? null,
      };
      const { name, threads } = deps.device;
      const image = deps.sandbox.imageDigest("trainer");
      const common = { model, metrics, report, weightsSha256, versions, device: name, threads };
      return image === null ? common : { ...common, image };
    },
  );
}

/** Puts model and metrics into the artifact store. */
async function storeOutput({ config, artifacts }: GpuDeps, job: FinishedJob, folder: string) {
  const metrics = join(folder, "metrics.jsonl");
  const model = join(folder, "model");
  await job.handle.collect("metrics.jsonl", metrics, MAX_METRICS_BYTES);
  await job.handle.collect("model", model, config.jobs.gpu.outputBytes);
  const steps = (await readFile(metrics, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => stepSchema.parse(JSON.parse(line)));
  return {
    steps,
    metrics: await artifacts.putFile(metrics, "application/jsonl"),
    model: await artifacts.putTree(model),
  };
}

/** Evenly spaced points, the first and the last included. */
function thin<T>(points: readonly T[]): T[] {
  if (points.length <= CURVE_POINTS) return [...points];
  return Array.from({ length: CURVE_POINTS }, (_, at) => {
    const index = Math.round((at * (points.length - 1)) / (CURVE_POINTS - 1));
    return points[index] as T;
  });
}
