import type { Config } from "../config/load.ts";
import { endRecorded } from "./end-recorded.ts";
import { isAlive, signalProcess, waitUntilGone } from "./process-identity.ts";
import { readStackState } from "./stack-state.ts";

/** The server's share of an orderly end, beside that of the workers. */
const SERVER_SHARE_MS = 10_000;

/**
 * Ends the embedded stack of a home; false when nothing of it lived. Its jobs in the sandbox go on. A supervisor that does not
 * obey is killed, and so is what one that was killed left behind.
 */
export async function stopStack(config: Config): Promise<boolean> {
  const state = readStackState(config.home);
  if (state === null) return false;
  const lived = isAlive(state.supervisor);
  if (signalProcess(state.supervisor, "SIGTERM")) {
    const patienceMs = config.supervisor.stopGraceMs + SERVER_SHARE_MS;
    if (!(await waitUntilGone(state.supervisor, patienceMs))) {
      signalProcess(state.supervisor, "SIGKILL");
    }
  }
  const last = readStackState(config.home) ?? state;
  const leftovers = last.processes.some(isAlive);
  await endRecorded(last, config.supervisor.stopGraceMs);
  return lived || leftovers;
}
