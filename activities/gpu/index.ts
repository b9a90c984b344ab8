import type { GpuActivities } from "../../protocol/activities.ts";
import { withFaults } from "../with-faults.ts";
import type { GpuDeps } from "./device-job.ts";
import { generatePredictions } from "./generate-predictions.ts";
import { probeTraining } from "./probe-training.ts";
import { trainModel } from "./train-model.ts";

export type { GpuDeps } from "./device-job.ts";

/** Activities of the gpu pool: it sees curated data, base models and prompts, never an answer. */
export function createGpuActivities(deps: GpuDeps): GpuActivities {
  return withFaults({
    probeTraining: (input) => probeTraining(deps, input),
    trainModel: (input) => trainModel(deps, input),
    generatePredictions: (input) => generatePredictions(deps, input),
  });
}
