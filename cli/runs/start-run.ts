import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "@temporalio/client";
import { parseRunId, runId } from "../../protocol/ids.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import type { RunSpec } from "../../protocol/run-spec.ts";
import { runStartOptions } from "../../protocol/run-start.ts";
import type { agentRun } from "../../workflows/agent-run.ts";
import { badInput } from "../cli-error.ts";
import type { Stack } from "../connect.ts";

/** Temporal's priority key of runs that somebody starts by hand. */
const INTERACTIVE = 2;

/**
 * Starts the workflow of a run. An id that was ever used is refused (exit code 2) unless `again`, which takes the next number.
 * @param used whether the store knows a run of an id that the server may have forgotten
 */
export async function startRun(options: {
  readonly stack: Stack;
  readonly spec: RunSpec;
  readonly again: boolean;
  readonly used: (id: string) => Promise<boolean>;
}): Promise<RunSpec> {
  const { stack, again, used } = options;
  for (let attempt = 1; ; attempt++) {
    const spec = { ...options.spec, id: numbered(options.spec.id, attempt) };
    if (!(await used(spec.id)) && (await start(stack, spec))) return spec;
    if (!again) {
      throw badInput(
        `the run ${spec.id} exists already`,
        `look at it with \`dojo show ${spec.id}\`, or repeat it with --again`,
      );
    }
  }
}

/** Starts it; false when the server knows the id, running or closed. */
async function start(stack: Stack, spec: RunSpec): Promise<boolean> {
  try {
    await stack.client.workflow.start<typeof agentRun>("agentRun", {
      ...runStartOptions(spec),
      taskQueue: TASK_QUEUES.workflows,
      args: [spec],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      // Before studies (3), so that a person at a terminal does not wait behind them.
      priority: { priorityKey: INTERACTIVE, fairnessKey: spec.study },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function numbered(first: string, attempt: number): string {
  const key = parseRunId(first);
  if (key === null) throw new Error(`not a run id: ${first}`);
  return runId({ ...key, attempt });
}
