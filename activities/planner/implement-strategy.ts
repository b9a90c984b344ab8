import type { PlannerActivities } from "../../protocol/activities.ts";
import type { RepairContext } from "../../protocol/agent.ts";
import { feedbackSchema } from "../../protocol/feedback.ts";
import { submissionFilesSchema } from "../../protocol/strategy.ts";
import { callAgent, type PlannerDeps, usable } from "./agent-call.ts";
import { readSubmission, storeSubmission } from "./submission-files.ts";

/** Asks the agent for the files of its strategy, or to repair those that fail-fast validation refused. */
export async function implementStrategy(
  deps: PlannerDeps,
  input: Parameters<PlannerActivities["implementStrategy"]>[0],
): ReturnType<PlannerActivities["implementStrategy"]> {
  const { artifacts } = deps;
  const repair: RepairContext | null =
    input.repair === null
      ? null
      : {
          number: input.repair.number,
          submission: await readSubmission(artifacts, input.repair.submission),
          feedback: await artifacts.readJson(input.repair.feedback, feedbackSchema),
        };
  return callAgent(deps, input, async (agent, context) => {
    const { files, usage } = await agent.implement(context, input.strategy, repair);
    const submission = await storeSubmission(
      artifacts,
      usable(submissionFilesSchema, files, usage),
    );
    return { value: { submission, writtenBy: agent.writtenBy }, usage };
  });
}
