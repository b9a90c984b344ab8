import { WorkflowNotFoundError, WorkflowUpdateFailedError } from "@temporalio/client";
import { parseRunId } from "../../protocol/ids.ts";
import { badInput, CliError, EXIT, failed, notFound } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import { lookAtWorkflow, type WorkflowLook } from "../watching/pending-stages.ts";
import { findId } from "./find-id.ts";

/** Milliseconds that an update may take: it is answered by a worker, which may be restarting. */
const UPDATE_MS = 20_000;

/** A run or experiment that is running. */
export interface Live {
  readonly id: string;
  readonly look: WorkflowLook;
}

/** Finds what a text means and makes sure that it still runs. Throws with exit code 3 when there is none, 1 when it has closed. */
export async function findLive(
  stack: Stack,
  typed: string,
  options: { readonly runsOnly?: boolean } = {},
): Promise<Live> {
  const id = await findId(stack, typed);
  if (options.runsOnly && parseRunId(id) === null) {
    throw badInput(`${id} is no run`, "give the id of its run");
  }
  try {
    const look = await lookAtWorkflow(stack.client, id);
    if (look.status === "running") return { id, look };
    throw failed(`${id} has closed already (${look.status})`, `see \`dojo show ${id}\``);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw notFound(`${id} closed long ago: the server has forgotten it`, `see \`dojo show ${id}\``);
  }
}

/**
 * Sends an update to a run and gives its answer. Throws {@link CliError}: exit code 2 with the validator's words when the run
 * refuses it, 1 when no worker answers.
 */
export async function updateRun<T>(
  stack: Stack,
  id: string,
  update: { readonly name: string; readonly argument: unknown },
): Promise<T> {
  const handle = stack.client.workflow.getHandle(id);
  try {
    return await stack.connection.withDeadline(Date.now() + UPDATE_MS, () =>
      handle.executeUpdate<T, [unknown]>(update.name, { args: [update.argument] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const reason = error.cause?.message ?? error.message;
      throw new CliError(EXIT.badInput, `${id} refuses: ${reason}`, { cause: error });
    }
    throw new CliError(
      EXIT.failed,
      `${id} did not answer (${(error as Error).message}); see \`dojo status\`, then try again`,
      { cause: error },
    );
  }
}
