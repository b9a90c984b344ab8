import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { OwnerState } from "../sandbox/reaper.ts";

/**
 * Whether a workflow still runs, by Temporal's own word. The latest run of the id is asked for, so continued as new counts as
 * open; what can't be told is `unknown`, never `closed`.
 */
export function workflowState(client: Client): (workflowId: string) => Promise<OwnerState> {
  return async (workflowId) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === "RUNNING" ||
        status.name === "CONTINUED_AS_NEW" ||
        status.name === "PAUSED"
        ? "open"
        : status.name === "UNKNOWN" || status.name === "UNSPECIFIED"
          ? "unknown"
          : "closed";
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? "closed" : "unknown";
    }
  };
}
