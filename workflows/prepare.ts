import type { PreparedTask } from "../protocol/experiment-spec.ts";
import type { Tier } from "../protocol/names.ts";
import type { Activities } from "./activity-options.ts";

/** Makes a task ready: data, base model and prompts (eval pool), then the profile of the raw sources (sandbox pool). */
export async function prepare(
  activities: Activities,
  input: { readonly task: string; readonly tier: Tier; readonly baseModel: string | null },
): Promise<PreparedTask> {
  const prepared = await activities.eval.prepareTask.executeWithOptions(
    {
      activityId: "prepare",
      summary: `prepare ${input.task} (${input.tier} tier): sources, splits, base model`,
    },
    [input],
  );
  const { profile } = await activities.sandbox.profileSources.executeWithOptions(
    { activityId: "profile", summary: `profile the raw sources of ${input.task}` },
    [
      {
        task: input.task,
        tier: input.tier,
        raw: prepared.raw,
        baseModel: prepared.baseModel,
      },
    ],
  );
  return { ...prepared, profile };
}
