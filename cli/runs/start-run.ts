import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "@temporalio/client";
import { parseRunId, runId } from "../../protocol/ids.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import type { RunSpec } from "../../protocol/run-spec.ts";
import {
  DOJO_DOMAIN,
  DOJO_ITERATION,
  DOJO_PHASE,
  DOJO_STUDY,
  DOJO_TASK,
  DOJO_TIER,
  DOJO_VARIANT,
} from "../../protocol/search-attributes.ts";
import type { agentRun } from "../../workflows/agent-run.ts";
import { badInput } from "../cli-error.ts";
import type { Stack } from "../connect.ts";

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
      workflowId: spec.id,
      taskQueue: TASK_QUEUES.workflows,
      args: [spec],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      staticSummary: `${spec.variant} on ${spec.task}, seed ${spec.seed}, up to ${spec.budget.iterations} iterations`,
      staticDetails: details(spec),
      memo: { study: spec.study, agent: spec.agent, seed: spec.seed, budget: spec.budget },
      typedSearchAttributes: [
        { key: DOJO_STUDY, value: spec.study },
        { key: DOJO_DOMAIN, value: spec.domain },
        { key: DOJO_TASK, value: spec.task },
        { key: DOJO_TIER, value: spec.tier },
        { key: DOJO_VARIANT, value: spec.variant },
        { key: DOJO_PHASE, value: "preparing" },
        { key: DOJO_ITERATION, value: 0 },
      ],
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

/** Markdown that the Temporal UI shows beside the run: its settings. */
function details(spec: RunSpec): string {
  const { agent, budget } = spec;
  const off = Object.entries(agent.ablations)
    .filter(([, value]) => value)
    .map(([name]) => name);
  const limits = Object.entries(budget)
    .filter(([name, value]) => name !== "iterations" && value !== null)
    .map(([name, value]) => `${name} ${value}`);
  return [
    `**${spec.id}**`,
    "",
    `Agent ${agent.name}, backbone ${agent.backbone}${off.length > 0 ? `, without ${off.join(", ")}` : ""}.`,
    `Task ${spec.task} (${spec.domain}), ${spec.tier} tier, base model ${spec.baseModel ?? "of the card"}.`,
    `Budget: ${budget.iterations} iterations${limits.length > 0 ? `, ${limits.join(", ")}` : ""}.`,
    ...(spec.approve ? ["Proposals wait for `dojo approve`."] : []),
  ].join("\n");
}
