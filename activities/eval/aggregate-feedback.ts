import type { EvalActivities } from "../../protocol/activities.ts";
import { errorReportSchema, type Feedback, feedbackSchema } from "../../protocol/feedback.ts";
import type { EvalDeps } from "./eval-deps.ts";

/** Stage 7: the feedback report, levels L0 to L4, those after the failing stage null. */
export async function aggregateFeedback(
  deps: EvalDeps,
  input: Parameters<EvalActivities["aggregateFeedback"]>[0],
): ReturnType<EvalActivities["aggregateFeedback"]> {
  const { sample, full, audit } = input;
  const feedback: Feedback = feedbackSchema.parse({
    experiment: input.experiment.experimentId,
    outcome: input.failure === null ? "completed" : "failed",
    stage: input.stage,
    execution: {
      failure: input.failure,
      secondsByStage: input.secondsByStage,
      protection: input.protection,
    },
    data: sample === null && full === null ? null : { sample, full, audit },
    training: input.training,
    benchmark: input.benchmark,
    errors:
      input.errors === null ? null : await deps.artifacts.readJson(input.errors, errorReportSchema),
  });
  return { feedback: await deps.artifacts.putJson(feedback) };
}
