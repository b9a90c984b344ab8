import type { PlannerActivities } from "../../protocol/activities.ts";
import type { HistoryEntry } from "../../protocol/agent.ts";
import { feedbackSchema } from "../../protocol/feedback.ts";
import { type Diagnosis, diagnosisSchema } from "../../protocol/strategy.ts";
import { NO_USAGE } from "../../protocol/usage.ts";
import { callAgent, type PlannerDeps, usable } from "./agent-call.ts";
import { readSubmission } from "./submission-files.ts";

/**
 * Asks the agent what it learned, and keeps the whole iteration as a history entry for all later proposals. An agent that can't
 * say loses its diagnosis, never the entry.
 */
export async function diagnoseExperiment(
  deps: PlannerDeps,
  input: Parameters<PlannerActivities["diagnoseExperiment"]>[0],
): ReturnType<PlannerActivities["diagnoseExperiment"]> {
  const { artifacts } = deps;
  const { strategy, decision, repairs } = input;
  const feedback =
    input.feedback === null ? null : await artifacts.readJson(input.feedback, feedbackSchema);
  const diagnosed =
    feedback === null
      ? { ok: true as const, value: null, usage: NO_USAGE }
      : await callAgent<Diagnosis | null>(deps, input, async (agent, context) => {
          const { diagnosis, usage } = await agent.diagnose(context, strategy, {
            feedback,
            decision,
          });
          return { value: usable(diagnosisSchema, diagnosis, usage), usage };
        });
  const diagnosis = diagnosed.ok ? diagnosed.value : null;
  const entry: HistoryEntry = {
    iteration: input.iteration,
    strategy,
    submission:
      input.submission === null ? null : await readSubmission(artifacts, input.submission),
    repairs,
    feedback,
    decision,
    diagnosis,
  };
  return {
    ok: true,
    value: { entry: await artifacts.putJson(entry), diagnosis },
    usage: diagnosed.usage,
  };
}
