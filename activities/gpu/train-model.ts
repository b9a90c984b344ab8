import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { GpuActivities } from "../../protocol/activities.ts";
import type { TrainingReport } from "../../protocol/feedback.ts";
import { readScriptResult } from "../script-result.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
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
  const config = await deps.artifacts.putJson(input.config);
  return onDevice(
    deps,
    {
      runId: input.experiment.runId,
      label: input.experiment.label,
      stage: "trainModel",
      script: "train.py",
      args: [
        ...["--model", "{{model}}", "--data", "{{data}}", "--holdout", "{{holdout}}"],
        ...["--config", "{{config}}", "--context", String(input.contextLength)],
        ...["--seed", String(input.seed)],
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
    },
    async (job) => {
      const result = await readScriptResult(job, resultSchema);
      const { cost } = job;
      const { protection } = job.exit;
      if (!result.ok) return { ok: false as const, failure: result.failure, cost, protection };
      const { weightsSha256, versions, ...figures } = result.value;
      const stored = await withTemporaryFolder(async (folder) => {
        const metricsPath = join(folder, "metrics.jsonl");
        await job.handle.collect("metrics.jsonl", metricsPath, MAX_METRICS_BYTES);
        await job.handle.collect("model", join(folder, "model"), deps.config.jobs.gpu.outputBytes);
        const steps = (await readFile(metricsPath, "utf8"))
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => stepSchema.parse(JSON.parse(line)));
        return {
          steps,
          metrics: await deps.artifacts.putFile(metricsPath, "application/jsonl"),
          model: await deps.artifacts.putTree(join(folder, "model")),
        };
      });
      const report: TrainingReport = {
        steps: figures.steps,
        lossCurve: thin(stored.steps.map(({ step, loss }) => ({ step, loss }))),
        finalLoss: figures.finalLoss,
        trainLoss: figures.trainLoss,
        holdoutLoss: figures.holdoutLoss,
        overfittingGap: figures.overfittingGap,
        tokensPerSecond: figures.tokensPerSecond,
        mfu: stored.steps.at(-1)?.mfu ?? null,
        peakMemoryBytes: figures.peakMemoryBytes,
        resumes: figures.resumes,
      };
      return {
        ok: true as const,
        value: {
          model: stored.model,
          metrics: stored.metrics,
          report,
          weightsSha256,
          versions,
          device: deps.device.name,
          threads: deps.device.threads,
        },
        cost,
        protection,
      };
    },
  );
}

/** Evenly spaced points, the first and the last included. */
function thin<T>(points: readonly T[]): T[] {
  if (points.length <= CURVE_POINTS) return [...points];
  return Array.from({ length: CURVE_POINTS }, (_, at) => {
    const index = Math.round((at * (points.length - 1)) / (CURVE_POINTS - 1));
    return points[index] as T;
  });
}
