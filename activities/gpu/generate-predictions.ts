import { join } from "node:path";
import { z } from "zod";
import type { GpuActivities } from "../../protocol/activities.ts";
import { readOutput } from "../script-result.ts";
import { taskOf } from "../task-cards.ts";
import { type GpuDeps, lastJsonLine, onDevice } from "./device-job.ts";

const progressSchema = z.object({ done: z.number().int(), total: z.number().int() });
const MAX_PREDICTION_BYTES = 500_000_000;

/** The model's answers to prompts, greedy unless the card says otherwise; the job knows prompts and nothing else. */
export async function generatePredictions(
  deps: GpuDeps,
  input: Parameters<GpuActivities["generatePredictions"]>[0],
): ReturnType<GpuActivities["generatePredictions"]> {
  const { task, tier } = input.experiment;
  const { sampling } = taskOf(deps.config, task, tier).tier;
  return onDevice(
    deps,
    {
      runId: input.experiment.runId,
      label: input.experiment.label,
      stage: "generatePredictions",
      script: "generate.py",
      args: [
        ...["--model", "{{model}}", "--prompts", "{{prompts}}"],
        ...["--max-new-tokens", String(input.maxNewTokens), "--seed", String(input.seed)],
        ...(sampling === undefined ? [] : ["--temperature", String(sampling.temperature)]),
      ],
      inputs: { model: input.model, prompts: input.prompts },
      progress: async (out) => {
        const { done, total } = progressSchema.parse(
          await lastJsonLine(join(out, "progress.jsonl")),
        );
        return { done, total, message: `${done} of ${total} prompts answered` };
      },
      result: z.looseObject({}),
    },
    (job) =>
      readOutput(job, async (folder) => {
        const path = join(folder, "predictions.jsonl");
        await job.handle.collect("predictions.jsonl", path, MAX_PREDICTION_BYTES);
        return { predictions: await deps.artifacts.putFile(path, "application/jsonl") };
      }),
  );
}
