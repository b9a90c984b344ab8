import type { Config } from "../../config/load.ts";
import type { ExperimentResult } from "../../protocol/experiment-spec.ts";
import { type Feedback, feedbackSchema } from "../../protocol/feedback.ts";
import { getExperiment } from "../../store/experiments.ts";
import { openArtifacts } from "./artifacts.ts";
import { withStore } from "./with-store.ts";

/** `dojo show ID --json` of an experiment that has closed. */
export interface ExperimentView extends Omit<ExperimentResult, "feedback"> {
  readonly task: string | null;
  readonly runId: string | null;
  readonly iteration: number | null;
  readonly closedAt: string | null;
  readonly status: "completed";
  readonly feedback: Feedback;
}

/** An experiment from the store, with its feedback report; null when it is not there. */
export async function readStoredExperiment(
  config: Config,
  id: string,
): Promise<ExperimentView | null> {
  const record = await withStore(config, async (store) =>
    store === null ? null : getExperiment(store.db, id),
  );
  if (record === null) return null;
  const { task, runId, iteration, closedAt } = record;
  return {
    ...(await readFeedback(config, record.result)),
    task,
    runId,
    iteration,
    closedAt,
  };
}

/** A workflow's result, with its feedback report in place of the reference. */
export async function readFeedback(
  config: Config,
  result: ExperimentResult,
): Promise<ExperimentView> {
  const artifacts = openArtifacts(config);
  return {
    ...result,
    task: null,
    runId: null,
    iteration: null,
    closedAt: null,
    status: "completed",
    feedback: await artifacts.readJson(result.feedback, feedbackSchema),
  };
}
