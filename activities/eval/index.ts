import type { EvalActivities } from "../../protocol/activities.ts";
import { withFaults } from "../with-faults.ts";
import { aggregateFeedback } from "./aggregate-feedback.ts";
import { auditContamination } from "./audit-contamination.ts";
import { compareScores } from "./compare-scores.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { openTest, scoreTest } from "./held-out-test.ts";
import { prepareTask } from "./prepare-task.ts";
import { scorePredictions } from "./score-predictions.ts";

export type { EvalDeps } from "./eval-deps.ts";
export { prepareTask } from "./prepare-task.ts";

/** Activities of the eval pool: the only one that opens the answers. */
export function createEvalActivities(deps: EvalDeps): EvalActivities {
  return withFaults({
    prepareTask: (input) => prepareTask(deps, input),
    auditContamination: (input) => auditContamination(deps, input),
    scorePredictions: (input) => scorePredictions(deps, input),
    aggregateFeedback: (input) => aggregateFeedback(deps, input),
    compareScores: (input) => compareScores(deps, input),
    openTest: (input) => openTest(deps, input),
    scoreTest: (input) => scoreTest(deps, input),
  });
}
