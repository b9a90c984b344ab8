import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "@temporalio/client";
import type { ExperimentSpec } from "../../protocol/experiment-spec.ts";
import { handExperimentId } from "../../protocol/ids.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import {
  DOJO_DOMAIN,
  DOJO_ITERATION,
  DOJO_PHASE,
  DOJO_STUDY,
  DOJO_TASK,
  DOJO_TIER,
  DOJO_VARIANT,
} from "../../protocol/search-attributes.ts";
import type { experiment } from "../../workflows/experiment.ts";
import { badInput } from "../cli-error.ts";
import type { Stack } from "../connect.ts";

/**
 * Starts an experiment by hand; gives its id. The same files with the same seed are refused (exit code 2) unless `again`, which
 * takes the next number.
 */
export async function startExperiment(options: {
  readonly stack: Stack;
  readonly spec: Omit<ExperimentSpec, "id" | "runId">;
  readonly folder: string;
  readonly again: boolean;
  /** Whether the store knows an experiment of an id that the server may have forgotten. */
  readonly used: (id: string) => Promise<boolean>;
}): Promise<string> {
  const { spec, again } = options;
  for (let attempt = 1; ; attempt++) {
    const { sha256 } = spec.submission;
    const id = handExperimentId({
      task: spec.task,
      submissionSha256: sha256,
      seed: spec.runSeed,
      attempt,
    });
    const numbered = { ...spec, id, runId: id };
    if (!(await options.used(id)) && (await start(options.stack, numbered, options.folder)))
      return id;
    if (!again) {
      throw badInput(
        `this very submission was tried already, as ${id}`,
        `look at it with \`dojo show ${id}\`, or repeat it with --again`,
      );
    }
  }
}

/** Starts it; false when the server knows the id, running or closed. */
async function start(stack: Stack, spec: ExperimentSpec, folder: string): Promise<boolean> {
  try {
    await stack.client.workflow.start<typeof experiment>("experiment", {
      workflowId: spec.id,
      taskQueue: TASK_QUEUES.workflows,
      args: [spec],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      staticSummary: `by hand on ${spec.task}, seed ${spec.runSeed}`,
      staticDetails: `Experiment by hand on **${spec.task}** (${spec.tier} tier), seed ${spec.runSeed}, submission ${spec.submission.sha256.slice(0, 12)}.`,
      memo: { folder, submission: spec.submission },
      typedSearchAttributes: [
        { key: DOJO_STUDY, value: spec.study },
        { key: DOJO_DOMAIN, value: spec.domain },
        { key: DOJO_TASK, value: spec.task },
        { key: DOJO_TIER, value: spec.tier },
        { key: DOJO_VARIANT, value: spec.variant },
        { key: DOJO_PHASE, value: "preparing" },
        { key: DOJO_ITERATION, value: spec.iteration },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
