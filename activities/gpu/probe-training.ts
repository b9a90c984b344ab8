import { z } from "zod";
import type { GpuActivities } from "../../protocol/activities.ts";
import { readScriptResult } from "../script-result.ts";
import { type GpuDeps, onDevice } from "./device-job.ts";

const probeSchema = z.object({ secondsPerStep: z.number(), peakMemoryBytes: z.number() });

/** Stage 3: the submission's own batch at the worst length, forward to checkpoint. */
export async function probeTraining(
  deps: GpuDeps,
  input: Parameters<GpuActivities["probeTraining"]>[0],
): ReturnType<GpuActivities["probeTraining"]> {
  const config = await deps.artifacts.putJson(input.config);
  return onDevice(
    deps,
    {
      runId: input.experiment.runId,
      label: input.experiment.label,
      stage: "probeTraining",
      script: "probe.py",
      args: [
        ...["--model", "{{model}}", "--data", "{{data}}", "--config", "{{config}}"],
        ...["--context", String(input.contextLength), "--seed", String(input.seed)],
      ],
      inputs: { model: input.baseModel, data: input.sample, config },
    },
    async (job) => {
      const result = await readScriptResult(job, probeSchema);
      const { cost } = job;
      const { protection } = job.exit;
      if (!result.ok) return { ok: false as const, failure: result.failure, cost, protection };
      const { secondsPerStep, peakMemoryBytes } = result.value;
      return { ok: true as const, value: { secondsPerStep, peakMemoryBytes }, cost, protection };
    },
  );
}
