import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  ContinueAsNew,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  rootCause,
  setHandler,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { ExperimentKey } from "../protocol/activities.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type { RunView } from "../protocol/control.ts";
import type {
  ExperimentResult,
  ExperimentSpec,
  PreparedTask,
} from "../protocol/experiment-spec.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import { baselineId, experimentLabel } from "../protocol/ids.ts";
import type { RunRecord, RunStatus } from "../protocol/records.ts";
import type { RunSpec } from "../protocol/run-spec.ts";
import {
  DOJO_BEST_SCORE,
  DOJO_DOMAIN,
  DOJO_ITERATION,
  DOJO_OUTCOME,
  DOJO_PHASE,
  DOJO_STUDY,
  DOJO_TASK,
  DOJO_TIER,
  DOJO_VARIANT,
} from "../protocol/search-attributes.ts";
import { deriveSeed } from "../protocol/seeds.ts";
import { STUDY_CONTROL } from "../protocol/study.ts";
import { type Activities, activitiesFor, summaryOf } from "./activity-options.ts";
import { exhausted } from "./budget.ts";
import { drawCharts } from "./draw-charts.ts";
import { experiment } from "./experiment.ts";
import { iterate } from "./iteration.ts";
import { pauseGate, pauseSignal, resumeSignal } from "./pause-gate.ts";
import { phaseSignal } from "./phase.ts";
import { prepare } from "./prepare.ts";
import { weakest } from "./protection.ts";
import { handleControl } from "./run-control.ts";
import { RunProgress } from "./run-progress.ts";
import { initialState, note, type RunState } from "./run-state.ts";

/** Iterations in a row without anything usable from the agent after which a run gives up. */
const MAX_AGENT_FAILURES = 3;

/**
 * One agent on one task with one seed: baseline, iterations until the budget is spent, one held-out test of the accepted
 * submission. Continues as new at iteration boundaries; `state` is then what it carries over.
 */
export async function agentRun(spec: RunSpec, carried?: RunState): Promise<RunView> {
  const state = carried ?? initialState(spec, new Date().toISOString());
  const progress = new RunProgress(spec, state);
  const activities = activitiesFor(spec.timeouts);
  const gate = pauseGate({
    paused: state.paused,
    onChange: (paused) => {
      state.paused = paused;
      note(state, { event: paused ? "paused" : "resumed", iteration: null, detail: "" });
      progress.show();
      forwardPause(progress, paused);
    },
  });
  progress.useGate(gate);
  handleControl({
    state,
    view: () => progress.view(),
    pending: () => progress.pending,
    testOpen: () => progress.testOpen,
    changed: () => progress.show(),
  });
  setHandler(phaseSignal, (phase) => progress.enter(phase, state.iterations.at(-1)?.index ?? null));

  try {
    if (carried === undefined) await record(activities, spec, progress);
    const prepared = state.prepared ?? (await begin(activities, spec, progress));
    await iterations(activities, spec, progress, prepared);
    await finalTest(activities, spec, progress, prepared);
    await close(activities, spec, progress, "completed");
    return progress.view();
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const status = isCancellation(error) ? "cancelled" : "failed";
    // The store must know how the run ended, whatever ended it.
    await CancellationScope.nonCancellable(async () => {
      state.stopReason ??=
        status === "cancelled" ? "cancelled by the operator" : (rootCause(error) ?? String(error));
      await close(activities, spec, progress, status);
    });
    throw error;
  }
}

/** Data, base model, profile; the base model's score on validation. */
async function begin(
  activities: Activities,
  spec: RunSpec,
  progress: RunProgress,
): Promise<PreparedTask> {
  const { state } = progress;
  progress.enter("preparing", null);
  const prepared = await prepare(activities, spec);
  progress.enter("evaluating", null);
  await progress.pass();
  const key = experimentKey(spec, "baseline");
  const generated = await activities.gpu.generatePredictions.executeWithOptions(
    {
      activityId: "baseline-generate",
      summary: "baseline: predictions of the base model for dev and validation",
    },
    [
      {
        experiment: key,
        model: prepared.baseModel,
        prompts: prepared.prompts,
        maxNewTokens: prepared.maxNewTokens,
        seed: deriveSeed(spec.seed, 0, "generate"),
      },
    ],
  );
  if (!generated.ok) throw impossible("the base model can't be scored", generated.failure);
  progress.bookDevice(generated.cost.gpuSeconds);
  state.protection = weakest(state.protection, generated.protection);
  const drawn = await draw(activities, spec, progress, {
    ...{ label: "baseline", summary: "baseline: run the plotting programs of dev and validation" },
    ...{ predictions: generated.value.predictions, tables: prepared.tables },
  });
  const scored = await activities.eval.scorePredictions.executeWithOptions(
    { activityId: "baseline-score", summary: "baseline: score dev and validation" },
    [
      {
        experiment: key,
        dataSha256: prepared.dataSha256,
        predictions: generated.value.predictions,
        ...drawn,
        compareWith: { parent: null, best: null, baseline: null },
        seed: deriveSeed(spec.seed, 0, "bootstrap"),
      },
    ],
  );
  if (!scored.ok) throw impossible("the base model can't be scored", scored.failure);
  state.baseline = scored.value.benchmark.validation;
  state.prepared = prepared;
  upsertSearchAttributes([{ key: DOJO_BEST_SCORE, value: state.baseline.value }]);
  note(state, {
    event: "baseline-scored",
    iteration: null,
    detail: state.baseline.value.toFixed(4),
  });
  await record(activities, spec, progress);
  return prepared;
}

/** Iterations until a limit, the target or the agent ends them; continues as new on the way. */
async function iterations(
  activities: Activities,
  spec: RunSpec,
  progress: RunProgress,
  prepared: PreparedTask,
): Promise<void> {
  const { state } = progress;
  for (let here = 0; ; here++) {
    await progress.pass();
    state.stopReason ??= exhausted({
      budget: state.budget,
      spent: progress.spent(),
      iterationsDone: state.iterations.length,
      best: state.best?.validation ?? state.baseline,
    });
    if (state.agentFailures >= MAX_AGENT_FAILURES) {
      state.stopReason ??= `the agent gave nothing usable ${MAX_AGENT_FAILURES} times in a row`;
    }
    if (state.stopReason !== null) return;
    const full = spec.continueAsNewAfter !== null && here >= spec.continueAsNewAfter;
    if (here > 0 && (full || workflowInfo().continueAsNewSuggested)) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof agentRun>(spec, state);
    }
    const end = await iterate(
      {
        spec,
        activities,
        prepared,
        progress,
        experiment: (child) => runExperiment(child, progress),
      },
      state.iterations.length + 1,
    );
    if (end === "stopped") return;
    progress.spent();
    await record(activities, spec, progress);
  }
}

/** Runs a child experiment; a pause and a cancellation reach it, and it ends with this run. */
async function runExperiment(
  spec: ExperimentSpec,
  progress: RunProgress,
): Promise<ExperimentResult> {
  const label = experimentLabel(spec.iteration, spec.kind);
  const hypothesis = progress.state.iterations.at(-1)?.hypothesis ?? "";
  const handle = await startChild(experiment, {
    workflowId: spec.id,
    args: [spec],
    staticSummary: summaryOf(`${label} ${hypothesis}`),
    staticDetails: `Experiment ${label} of run ${spec.runId}.\n\n${hypothesis}`,
    memo: { hypothesis },
    // An experiment serves its run alone.
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    // The run closes only when the experiment's job is gone.
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    typedSearchAttributes: [
      { key: DOJO_STUDY, value: spec.study },
      { key: DOJO_DOMAIN, value: spec.domain },
      { key: DOJO_TASK, value: spec.task },
      { key: DOJO_TIER, value: spec.tier },
      { key: DOJO_VARIANT, value: spec.variant },
      { key: DOJO_PHASE, value: "validating" },
      { key: DOJO_ITERATION, value: spec.iteration },
    ],
  });
  progress.currentExperiment = spec.id;
  if (progress.state.paused) await handle.signal(pauseSignal);
  try {
    return await handle.result();
  } finally {
    progress.currentExperiment = null;
  }
}

/** Tells the running experiment about a pause; it may just have closed, which is fine. */
function forwardPause(progress: RunProgress, paused: boolean): void {
  const id = progress.currentExperiment;
  if (id === null) return;
  getExternalWorkflowHandle(id)
    .signal(paused ? pauseSignal : resumeSignal)
    .catch(() =>
      note(progress.state, { event: "pause-not-forwarded", iteration: null, detail: id }),
    );
}

/** The held-out test of the accepted submission, or of the base model where none was accepted: once. */
async function finalTest(
  activities: Activities,
  spec: RunSpec,
  progress: RunProgress,
  prepared: PreparedTask,
): Promise<void> {
  const { state } = progress;
  await progress.pass();
  progress.testOpen = true;
  progress.enter("testing", null);
  const model = state.best?.model ?? prepared.baseModel;
  const subject = {
    runId: spec.id,
    task: spec.task,
    tier: spec.tier,
    dataSha256: prepared.dataSha256,
    modelSha256: model.sha256,
  };
  const opened = await activities.eval.openTest.executeWithOptions(
    { activityId: "test-open", summary: "open the held-out test, once for this run" },
    [subject],
  );
  if (opened.kind === "recorded") {
    progress.test = opened.test;
    progress.testSubmetrics = opened.submetrics;
    return;
  }
  const generated = await activities.gpu.generatePredictions.executeWithOptions(
    {
      activityId: "test-generate",
      summary: `held-out test: predictions of ${state.best === null ? "the base model" : `iteration ${state.best.iteration}`}`,
    },
    [
      {
        experiment: experimentKey(spec, "test"),
        model,
        prompts: opened.prompts,
        maxNewTokens: prepared.maxNewTokens,
        seed: deriveSeed(spec.seed, 0, "generate"),
      },
    ],
  );
  if (!generated.ok) throw impossible("the held-out test can't be answered", generated.failure);
  progress.bookDevice(generated.cost.gpuSeconds);
  const drawn = await draw(activities, spec, progress, {
    ...{ label: "test", summary: "held-out test: run the plotting programs" },
    ...{ predictions: generated.value.predictions, tables: opened.tables },
  });
  const scored = await activities.eval.scoreTest.executeWithOptions(
    { activityId: "test-score", summary: "held-out test: score and register" },
    [
      {
        ...subject,
        predictions: generated.value.predictions,
        ...drawn,
        seed: deriveSeed(spec.seed, 0, "bootstrap"),
      },
    ],
  );
  progress.test = scored.test;
  progress.testSubmetrics = scored.submetrics;
  note(state, { event: "test-scored", iteration: null, detail: scored.test.value.toFixed(4) });
}

/** What programs drew that the model wrote as its answers; nothing, and nothing scheduled, where its answers are no programs. */
async function draw(
  activities: Activities,
  spec: RunSpec,
  progress: RunProgress,
  what: {
    readonly label: "baseline" | "test";
    readonly summary: string;
    readonly predictions: ArtifactRef;
    readonly tables: ArtifactRef | undefined;
  },
): Promise<{ readonly drawn?: ArtifactRef }> {
  const { label, summary, predictions, tables } = what;
  if (tables === undefined) return {};
  const { state } = progress;
  const result = await drawCharts(
    activities,
    { activityId: `${label}-draw`, summary },
    {
      experiment: experimentKey(spec, label),
      predictions,
      tables,
      allowUnprotected: spec.allowUnprotected,
    },
  );
  if (!result.ok) throw impossible("the charts of its answers can't be drawn", result.failure);
  state.protection = weakest(state.protection, result.protection);
  return result.value;
}

/** Records the end, in the store, the search attributes and the memo. */
async function close(
  activities: Activities,
  spec: RunSpec,
  progress: RunProgress,
  status: RunStatus,
): Promise<void> {
  progress.status = status;
  progress.spent();
  progress.enter("closed", null);
  upsertSearchAttributes([{ key: DOJO_OUTCOME, value: status }]);
  const view = progress.view();
  upsertMemo({
    result: {
      status,
      stopReason: view.stopReason,
      baseline: view.baseline,
      best: view.best,
      bestValidation: view.bestValidation,
      test: view.test,
      // The server warns from 2 KB of memo on; the store has them all.
      iterations: view.iterations.slice(-12).map(({ index, validation, accepted, stage }) => ({
        index,
        validation: validation?.value ?? null,
        accepted,
        stage,
      })),
      protection: view.protection,
    },
  });
  await record(activities, spec, progress);
  if (spec.reportTo !== undefined) await report(spec, spec.reportTo, status);
}

/** Tells the study that this run has closed. One that is gone, or missed it, finds out by itself. */
async function report(spec: RunSpec, study: string, status: RunStatus): Promise<void> {
  try {
    await getExternalWorkflowHandle(study).signal(STUDY_CONTROL.runClosed, { id: spec.id, status });
  } catch (error) {
    log.info("the study did not take the news", { study, error });
  }
}

async function record(activities: Activities, spec: RunSpec, progress: RunProgress): Promise<void> {
  const { state, status } = progress;
  const record: RunRecord = {
    id: spec.id,
    spec,
    status,
    stopReason: state.stopReason,
    startedAt: state.startedAt,
    closedAt: status === "running" ? null : new Date().toISOString(),
    baseline: state.baseline,
    best: state.best?.iteration ?? null,
    bestValidation: state.best?.validation ?? null,
    bestModel: state.best?.model ?? null,
    bestSubmission: state.best?.submission ?? null,
    test: progress.test,
    testSubmetrics: progress.testSubmetrics,
    spent: state.spent,
    looks: state.looks,
    steered: state.steered,
    rebudgeted: state.rebudgeted,
    budget: state.budget,
    protection: state.protection,
    dataSha256: state.prepared?.dataSha256 ?? null,
  };
  await activities.recorder.recordRun.executeWithOptions(
    {
      activityId: `record-${status}-${state.iterations.length}`,
      summary: `record the run: ${status}`,
    },
    [record],
  );
}

function experimentKey(spec: RunSpec, label: "baseline" | "test"): ExperimentKey {
  return {
    runId: spec.id,
    experimentId: label === "baseline" ? baselineId(spec.id) : `${spec.id}/test`,
    label,
    task: spec.task,
    tier: spec.tier,
  };
}

/** Thrown when the run itself, not a candidate, can't go on: no agent could learn from it. */
function impossible(what: string, failure: CandidateFailure): ApplicationFailure {
  return ApplicationFailure.create({
    message: `${what}: ${failure.class}: ${failure.message}`,
    type: "RunImpossible",
    nonRetryable: true,
  });
}
