import type { RunView } from "../../protocol/control.ts";
import type { Stack } from "../connect.ts";
import { askRun } from "../watching/snapshot.ts";
import { readStoredRun } from "./stored-run.ts";
import { withStore } from "./with-store.ts";

/**
 * A run that has closed, as the store has it; where the store is elsewhere or the run was terminated before it could record its
 * end, as a worker replays it. null when neither knows it.
 * @param status of the workflow: `completed`, `failed`, `cancelled`, `terminated`, `timed_out`
 */
export async function finalView(stack: Stack, id: string, status: string): Promise<RunView | null> {
  const stored = await withStore(stack.config, async (store) =>
    store === null ? null : readStoredRun(store, id),
  );
  if (stored !== null && stored.status !== "running") return stored;
  const view = (await askRun(stack, id))?.view ?? stored;
  return view === null ? null : closedAs(view, status);
}

function closedAs(view: RunView, status: string): RunView {
  if (view.status !== "running" && view.status !== "paused") return view;
  const ended = status === "terminated" ? "terminated by the operator" : `the workflow ${status}`;
  return {
    ...view,
    status: status === "terminated" || status === "cancelled" ? "cancelled" : "failed",
    phase: "closed",
    stopReason: view.stopReason ?? ended,
    etaSeconds: null,
    pendingApproval: null,
    currentExperiment: null,
  };
}
