import type { SandboxActivities } from "../../protocol/activities.ts";
import type { JobDeps } from "../run-job.ts";
import { withFaults } from "../with-faults.ts";
import { checkSubmission } from "./check-submission.ts";
import { curate } from "./curate.ts";
import { drawCharts } from "./draw-charts.ts";
import { profileSources } from "./profile-sources.ts";

export type SandboxDeps = JobDeps;

/** Activities of the sandbox pool: it sees raw sources and submissions, and programs that models wrote. */
export function createSandboxActivities(deps: SandboxDeps): SandboxActivities {
  return withFaults({
    profileSources: (input) => profileSources(deps, input),
    checkSubmission: (input) => checkSubmission(deps, input),
    curateSample: (input) => curate(deps, input, { stage: "curateSample", limit: 100 }),
    curateData: (input) => curate(deps, input, { stage: "curateData", limit: null }),
    drawCharts: (input) => drawCharts(deps, input),
  });
}
