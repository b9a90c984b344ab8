import type { RunView } from "../protocol/control.ts";
import type { RunStatus } from "../protocol/records.ts";
import type { RunSpec } from "../protocol/run-spec.ts";
import type { Phase } from "../protocol/search-attributes.ts";
import type { PendingApproval } from "./run-control.ts";
import type { RunState } from "./run-state.ts";

/** What the workflow knows besides its state. */
export interface Moment {
  readonly status: RunStatus;
  readonly phase: Phase;
  readonly pending: PendingApproval | null;
  readonly currentExperiment: string | null;
  readonly test: RunView["test"];
}

/** The run as queries, memo and details show it. */
export function runView(spec: RunSpec, state: RunState, moment: Moment): RunView {
  return {
    id: spec.id,
    task: spec.task,
    tier: spec.tier,
    variant: spec.variant,
    seed: spec.seed,
    status: moment.status === "running" && state.paused ? "paused" : moment.status,
    phase: moment.phase,
    startedAt: state.startedAt,
    budget: state.budget,
    iterations: state.iterations,
    baseline: state.baseline,
    best: state.best?.iteration ?? null,
    bestValidation: state.best?.validation ?? null,
    test: moment.test,
    spent: state.spent,
    stopReason: state.stopReason,
    steered: state.steered,
    rebudgeted: state.rebudgeted,
    protection: state.protection,
    etaSeconds: etaSeconds(state),
    pendingApproval:
      moment.pending === null
        ? null
        : { iteration: moment.pending.iteration, strategy: moment.pending.strategy },
    currentExperiment: moment.currentExperiment,
  };
}

/** Mean seconds of the iterations done, times those that are left; null before the first is done. */
function etaSeconds(state: RunState): number | null {
  const done = state.iterations.filter((iteration) => iteration.outcome !== "running");
  if (done.length === 0 || state.stopReason !== null) return null;
  const seconds = done.flatMap((iteration) => Object.values(iteration.secondsByStage));
  const mean = seconds.reduce((sum, value) => sum + value, 0) / done.length;
  return mean * Math.max(0, state.budget.iterations - done.length);
}
