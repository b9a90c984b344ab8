import { WorkflowNotFoundError } from "@temporalio/client";
import { listKnownIds } from "../../store/known-ids.ts";
import type { Stack } from "../connect.ts";
import { resolveId } from "./resolve-id.ts";
import { withStore } from "./with-store.ts";

/** Ids that are listed from the server to resolve a short form. */
const LISTED = 10_000;

/**
 * The id of the run or experiment that a text means: an id, its last parts, or some of its parts. Throws with exit code 3
 * (and near matches) when there is none, 2 when several fit.
 */
export async function findId(stack: Stack, typed: string): Promise<string> {
  if (await isWorkflow(stack, typed)) return typed;
  const known = new Set(await serverIds(stack));
  await withStore(stack.config, async (store) => {
    for (const id of store === null ? [] : await listKnownIds(store.db)) known.add(id);
  });
  return resolveId(typed, [...known]);
}

/** Whether the server knows a workflow of this very id, running or closed. */
export async function isWorkflow(stack: Stack, id: string): Promise<boolean> {
  try {
    await stack.client.workflow.getHandle(id).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function serverIds(stack: Stack): Promise<string[]> {
  const ids: string[] = [];
  const query = 'WorkflowType IN ("agentRun", "experiment", "study")';
  for await (const { workflowId } of stack.client.workflow.list({ query })) {
    ids.push(workflowId);
    if (ids.length === LISTED) break;
  }
  return ids;
}
