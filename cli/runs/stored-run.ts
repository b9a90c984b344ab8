import type { RunView } from "../../protocol/control.ts";
import type { IterationRecord, RunRecord } from "../../protocol/records.ts";
import { listIterations } from "../../store/iterations.ts";
import type { Store } from "../../store/open-store.ts";
import { getRun } from "../../store/runs.ts";

/** A run as the store keeps it, in the shape of the query `status`; null when it is not there. */
export async function readStoredRun(store: Store, id: string): Promise<RunView | null> {
  const record = await getRun(store.db, id);
  return record === null ? null : runViewOf(record, await listIterations(store.db, id));
}

/** The view of a recorded run. */
export function runViewOf(record: RunRecord, iterations: readonly IterationRecord[]): RunView {
  return {
    id: record.id,
    task: record.spec.task,
    tier: record.spec.tier,
    variant: record.spec.variant,
    seed: record.spec.seed,
    status: record.status,
    phase: record.status === "running" ? "preparing" : "closed",
    startedAt: record.startedAt,
    budget: record.budget,
    iterations: iterations.map((iteration) => ({
      index: iteration.index,
      parent: iteration.strategy?.parent ?? null,
      hypothesis: iteration.strategy?.hypothesis ?? "(no usable strategy)",
      outcome: iteration.outcome,
      stage: iteration.stage,
      accepted: iteration.decision.accepted,
      reason: iteration.decision.reason,
      validation: iteration.validation,
      secondsByStage: iteration.secondsByStage,
      gpuSeconds: iteration.gpuSeconds,
      usage: iteration.usage,
    })),
    baseline: record.baseline,
    best: record.best,
    bestValidation: record.bestValidation,
    test: record.test,
    spent: record.spent,
    stopReason: record.stopReason,
    steered: record.steered,
    rebudgeted: record.rebudgeted,
    protection: record.protection,
    etaSeconds: null,
    pendingApproval: null,
    currentExperiment: null,
  };
}
