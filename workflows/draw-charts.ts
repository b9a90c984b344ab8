import type { ExperimentKey } from "../protocol/activities.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type { StageResult } from "../protocol/stage.ts";
import type { Activities } from "./activity-options.ts";

/** Programs that a model wrote as its answers, and the tables that they draw. */
export interface Programs {
  readonly experiment: ExperimentKey;
  readonly predictions: ArtifactRef;
  readonly tables: ArtifactRef;
  readonly allowUnprotected: boolean;
}

/** Has the programs run in the sandbox. Only for tasks with tables to draw: others schedule nothing. */
export function drawCharts(
  activities: Activities,
  options: { readonly activityId: string; readonly summary: string },
  programs: Programs,
): Promise<StageResult<{ readonly drawn: ArtifactRef }>> {
  return activities.sandbox.drawCharts.executeWithOptions(options, [programs]);
}
