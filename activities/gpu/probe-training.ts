import { z } from "zod";
import type { GpuActivities } from "../../protocol/activities.ts";
import { type GpuDeps, onDevice } from "./device-job.ts";

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
      result: z.object({ secondsPerStep: z.number(), peakMemoryBytes: z.number() }),
    },
    async (_job, { secondsPerStep, peakMemoryBytes }) => ({ secondsPerStep, peakMemoryBytes }),
  );
}
