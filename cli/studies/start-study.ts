import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from "@temporalio/client";
import { TASK_QUEUES } from "../../protocol/names.ts";
import { DOJO_PHASE, DOJO_STUDY, DOJO_TIER } from "../../protocol/search-attributes.ts";
import { STUDY_CONTROL, type StudyRecord, type StudyView } from "../../protocol/study.ts";
import { amendmentProblem } from "../../protocol/study-cells.ts";
import { cellsOf, type StudySpec, studyId } from "../../protocol/study-spec.ts";
import type { study } from "../../workflows/study.ts";
import { badInput } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import { updateRun } from "../runs/control-run.ts";

/** What starting did. */
export interface StartedStudy {
  readonly id: string;
  /** `started`: it is new, or had closed; `amended`: it runs, and took the changes. */
  readonly how: "started" | "amended";
  readonly cells: number;
  /** Cells that were not in the study before. */
  readonly added: number;
}

/**
 * Starts a study, lets a closed one go on with what is missing, or amends one that runs.
 * Throws with exit code 2 where the study exists with a definition that this one does not extend.
 */
export async function startStudy(
  stack: Stack,
  spec: StudySpec,
  before: StudyRecord | null,
): Promise<StartedStudy> {
  const problem = before === null ? null : amendmentProblem(before.spec, spec);
  if (problem !== null) throw badInput(`the study ${spec.name} exists: ${problem}`);
  const id = studyId(spec.name);
  const cells = cellsOf(spec).length;
  const added = cells - (before === null ? 0 : cellsOf(before.spec).length);
  if (await launchStudy(stack, spec, { fill: false })) return { id, how: "started", cells, added };
  await updateRun<StudyView>(stack, id, { name: STUDY_CONTROL.amend, argument: spec });
  return { id, how: "amended", cells, added };
}

/** Starts the study's workflow; false where it runs already. */
export async function launchStudy(
  stack: Stack,
  spec: StudySpec,
  { fill }: { readonly fill: boolean },
): Promise<boolean> {
  const cells = cellsOf(spec).length;
  const tier = spec.variants[0]?.tier ?? "mini";
  try {
    await stack.client.workflow.start<typeof study>("study", {
      workflowId: studyId(spec.name),
      taskQueue: TASK_QUEUES.workflows,
      args: [spec, { fill }],
      // A closed study goes on under its own name.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      staticSummary: `study ${spec.name}: ${cells} cells, ${spec.concurrency} at a time`,
      typedSearchAttributes: [
        { key: DOJO_STUDY, value: spec.name },
        { key: DOJO_TIER, value: tier },
        { key: DOJO_PHASE, value: "preparing" },
      ],
      // Its own tasks are few and must not wait behind those of its runs.
      priority: { priorityKey: 1, fairnessKey: spec.name },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Whether the study's workflow is open. */
export async function studyOpen(stack: Stack, name: string): Promise<boolean> {
  try {
    const { status } = await stack.client.workflow.getHandle(studyId(name)).describe();
    return status.name === "RUNNING" || status.name === "CONTINUED_AS_NEW";
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** What the study itself says; null when no worker answers. */
export async function askStudy(stack: Stack, name: string): Promise<StudyView | null> {
  const handle = stack.client.workflow.getHandle(studyId(name));
  try {
    return await stack.connection.withDeadline(Date.now() + QUERY_MS, () =>
      handle.query<StudyView>(STUDY_CONTROL.status),
    );
  } catch {
    // Workers that restart: the next look tells more.
    return null;
  }
}

/** Milliseconds that a query may take; without a living worker the server holds it back for longer. */
const QUERY_MS = 5000;
