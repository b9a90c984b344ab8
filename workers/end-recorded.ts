import { endProcess } from "./process-identity.ts";
import type { StackState } from "./stack-state.ts";

/** The server writes its file's last pages when it is asked to end; a kill loses nothing but takes a recovery. */
const SERVER_GRACE_MS = 5_000;

/**
 * Ends what a state file tells of: workers, then the server. Only the very processes that were recorded (id and start time)
 * are meant; one that is gone already is skipped. Jobs in the sandbox are not touched.
 */
export async function endRecorded(state: StackState, graceMs: number): Promise<void> {
  await Promise.all(state.processes.map((each) => endProcess(each, graceMs)));
  const { pid, startToken } = state.temporal;
  if (pid !== null && startToken !== null) await endProcess({ pid, startToken }, SERVER_GRACE_MS);
}
