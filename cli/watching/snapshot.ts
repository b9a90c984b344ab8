import { WorkflowNotFoundError } from "@temporalio/client";
import { CONTROL, type RunView, type TraceEvent } from "../../protocol/control.ts";
import { parseRunId } from "../../protocol/ids.ts";
import type { Stack } from "../connect.ts";
import { lookAtWorkflow, type PendingStage } from "./pending-stages.ts";

/** A run, or an experiment, at one moment. */
export interface Snapshot {
  readonly id: string;
  readonly kind: "run" | "experiment";
  readonly atMs: number;
  readonly open: boolean;
  /** `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`, `unknown`. */
  readonly status: string;
  readonly phase: string | null;
  /** Of a run; null when no worker of the pool `workflows` answers, and for experiments. */
  readonly view: RunView | null;
  readonly trace: readonly TraceEvent[];
  /** What it waits for, its running experiment's activities included. */
  readonly stages: readonly PendingStage[];
}

/** Milliseconds that a query may take; without a living worker the server holds it back for longer. */
const QUERY_MS = 5000;

/** Looks at a run or an experiment now; what the server has forgotten (its retention is over) is closed and `unknown`. */
export async function takeSnapshot(stack: Stack, id: string): Promise<Snapshot> {
  const kind = parseRunId(id) === null ? "experiment" : "run";
  const look = await lookAtWorkflow(stack.client, id).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  if (look === null) {
    const nothing = { phase: null, view: null, trace: [], stages: [] };
    return { id, kind, atMs: Date.now(), open: false, status: "unknown", ...nothing };
  }
  const open = look.status === "running";
  const answers = kind === "run" && open ? await askRun(stack, id) : null;
  const child = answers?.view.currentExperiment ?? null;
  const inner = child === null ? [] : await stagesOf(stack, child);
  return {
    id,
    kind,
    atMs: Date.now(),
    open,
    status: look.status,
    phase: look.phase,
    view: answers?.view ?? null,
    trace: answers?.trace ?? [],
    stages: [...look.stages, ...inner],
  };
}

/** What the run itself says; null when no worker answers in time. */
export async function askRun(
  stack: Stack,
  id: string,
): Promise<{ readonly view: RunView; readonly trace: readonly TraceEvent[] } | null> {
  const handle = stack.client.workflow.getHandle(id);
  try {
    return await stack.connection.withDeadline(Date.now() + QUERY_MS, async () => ({
      view: await handle.query<RunView>(CONTROL.status),
      trace: await handle.query<readonly TraceEvent[]>(CONTROL.trace),
    }));
  } catch {
    // Workers that restart, or a history that has only just begun: the next look tells more.
    return null;
  }
}

async function stagesOf(stack: Stack, id: string): Promise<readonly PendingStage[]> {
  try {
    return (await lookAtWorkflow(stack.client, id)).stages;
  } catch {
    // It was announced and is not there yet, or no longer.
    return [];
  }
}
