import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type {
  ExperimentResult,
  ExperimentSpec,
  PreparedTask,
} from "../protocol/experiment-spec.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import { baselineId, type ExperimentKind, experimentId } from "../protocol/ids.ts";
import type { RunSpec } from "../protocol/run-spec.ts";
import type { Strategy } from "../protocol/strategy.ts";
import type { Activities } from "./activity-options.ts";
import type { RunProgress } from "./run-progress.ts";

/** What one iteration works with. */
export interface IterationContext {
  readonly spec: RunSpec;
  readonly activities: Activities;
  readonly prepared: PreparedTask;
  readonly progress: RunProgress;
  /** Runs a child experiment to its end. */
  readonly experiment: (spec: ExperimentSpec) => Promise<ExperimentResult>;
}

/** Experiments of one iteration so far: the last result counts. */
export interface Attempt {
  readonly experiments: string[];
  submission: ArtifactRef | null;
  result: ExperimentResult | null;
  repairs: number;
  agentFailure: CandidateFailure | null;
}

/** Starts one experiment of the iteration and waits for it. */
export async function runExperiment(
  context: IterationContext,
  index: number,
  strategy: Strategy,
  kind: ExperimentKind,
  submission: { readonly submission: ArtifactRef; readonly writtenBy: ExperimentSpec["writtenBy"] },
  curated: ExperimentSpec["curated"] = null,
): Promise<ExperimentResult> {
  const { spec, prepared, progress } = context;
  const { state } = progress;
  progress.enter("validating", index);
  await progress.pass();
  const result = await context.experiment({
    id: experimentId(spec.id, index, kind),
    runId: spec.id,
    study: spec.study,
    task: spec.task,
    domain: spec.domain,
    tier: spec.tier,
    variant: spec.variant,
    iteration: index,
    kind,
    submission: submission.submission,
    writtenBy: submission.writtenBy,
    runSeed: spec.seed,
    prepared,
    baseModel: spec.baseModel,
    curated,
    compareWith: {
      parent: strategy.parent === null ? null : (state.scored[strategy.parent] ?? null),
      best: state.best?.experiments[0] ?? null,
      baseline: baselineId(spec.id),
    },
    showHeldOutMatches: state.audits < spec.maxAudits,
    failFast: !spec.agent.ablations.failFast,
    allowUnprotected: spec.allowUnprotected,
    timeouts: spec.timeouts,
  });
  // A verdict of the audit is an answer too, whichever it is.
  const audited = result.curated !== null || result.stage === "auditContamination";
  if (curated === null && audited) state.audits += 1;
  progress.bookExperiment(index, result);
  return result;
}
