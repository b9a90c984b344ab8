import type { PlannerActivities } from "../../protocol/activities.ts";
import { withFaults } from "../with-faults.ts";
import type { PlannerDeps } from "./agent-call.ts";
import { diagnoseExperiment } from "./diagnose-experiment.ts";
import { implementStrategy } from "./implement-strategy.ts";
import { proposeStrategy } from "./propose-strategy.ts";

export type { PlannerDeps } from "./agent-call.ts";

/** Activities of the planner pool: it sees cards, profiles and feedback, and is the only one with API keys. */
export function createPlannerActivities(deps: PlannerDeps): PlannerActivities {
  return withFaults({
    proposeStrategy: (input) => proposeStrategy(deps, input),
    implementStrategy: (input) => implementStrategy(deps, input),
    diagnoseExperiment: (input) => diagnoseExperiment(deps, input),
  });
}
