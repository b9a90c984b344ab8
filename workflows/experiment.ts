import { setCurrentDetails, upsertMemo } from "@temporalio/workflow";
import type { ExperimentKey } from "../protocol/activities.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type {
  CuratedData,
  ExperimentResult,
  ExperimentSpec,
  PreparedTask,
} from "../protocol/experiment-spec.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import type { BenchmarkReport, DataStatistics, TrainingReport } from "../protocol/feedback.ts";
import { experimentLabel } from "../protocol/ids.ts";
import { deriveSeed } from "../protocol/seeds.ts";
import type { Protection, Stage, StageResult } from "../protocol/stage.ts";
import type { TrainConfig } from "../protocol/train-config.ts";
import { type Activities, activitiesFor, summaryOf } from "./activity-options.ts";
import { experimentDetails } from "./current-details.ts";
import { drawCharts } from "./draw-charts.ts";
import { pauseGate } from "./pause-gate.ts";
import { announcePhase } from "./phase.ts";
import { prepare } from "./prepare.ts";
import { weakest } from "./protection.ts";
import { trainingSteps } from "./training-steps.ts";

/** Ends the linear course of an experiment at the first stage whose candidate failed. */
class StageFailed {
  readonly failure: CandidateFailure;
  constructor(failure: CandidateFailure) {
    this.failure = failure;
  }
}

/** What is known so far; stages fill it in. */
interface Findings {
  stage: Stage;
  failure: CandidateFailure | null;
  config: TrainConfig | null;
  scriptSha256: string | null;
  sample: DataStatistics | null;
  full: DataStatistics | null;
  curated: CuratedData | null;
  training: TrainingReport | null;
  trained: {
    model: ArtifactRef;
    metrics: ArtifactRef;
    weightsSha256: string;
    versions: Readonly<Record<string, string>>;
    device: string;
    threads: number;
    image?: string;
  } | null;
  benchmark: BenchmarkReport | null;
  errors: ArtifactRef | null;
  secondsByStage: Partial<Record<Stage, number>>;
  gpuSeconds: number;
  protection: Protection;
}

/**
 * One submission through fail-fast validation, curation, training, generation, scoring and feedback (DESIGN section 5). It ends
 * at the first stage that fails; the candidate's failure is a result. Workflow id: {@link ExperimentSpec.id}.
 */
export async function experiment(spec: ExperimentSpec): Promise<ExperimentResult> {
  const activities = activitiesFor(spec.timeouts);
  const gate = pauseGate({ paused: false, onChange: () => show() });
  const label = experimentLabel(spec.iteration, spec.kind);
  const key: ExperimentKey = {
    runId: spec.runId,
    experimentId: spec.id,
    label,
    task: spec.task,
    tier: spec.tier,
  };
  const found: Findings = {
    stage: "checkSubmission",
    failure: null,
    config: spec.curated?.config ?? null,
    scriptSha256: null,
    sample: null,
    full: spec.curated?.statistics ?? null,
    curated: spec.curated,
    training: null,
    trained: null,
    benchmark: null,
    errors: null,
    secondsByStage: {},
    gpuSeconds: 0,
    protection: "none",
  };
  const show = () =>
    setCurrentDetails(
      experimentDetails({
        label,
        stage: found.stage,
        paused: gate.paused(),
        secondsByStage: found.secondsByStage,
        benchmark: found.benchmark,
        failure: found.failure,
      }),
    );

  /** Passes the gate, runs one stage, books its cost; throws StageFailed when the candidate failed. */
  async function run<T>(stage: Stage, call: () => Promise<StageResult<T>>): Promise<T> {
    await gate.pass();
    found.stage = stage;
    show();
    const result = await call();
    const before = found.secondsByStage[stage] ?? 0;
    found.secondsByStage[stage] = before + result.cost.wallSeconds;
    found.gpuSeconds += result.cost.gpuSeconds;
    found.protection = weakest(found.protection, result.protection);
    if (!result.ok) throw new StageFailed(result.failure);
    return result.value;
  }
  const options = (stage: string, summary: string) => ({
    activityId: `${label}-${stage}`,
    summary: summaryOf(`${label} ${summary}`),
  });

  const prepared = spec.prepared ?? (await prepare(activities, spec));
  const seeds = {
    curate: deriveSeed(spec.runSeed, spec.iteration, "curate"),
    train: deriveSeed(
      spec.runSeed,
      spec.iteration,
      spec.kind.kind === "confirmation" ? "confirm" : "train",
    ),
  };
  try {
    if (found.curated === null) found.curated = await curate(prepared);
    await trainAndScore(prepared, found.curated);
  } catch (error) {
    if (!(error instanceof StageFailed)) throw error;
    found.failure = error.failure;
  }

  /** Stages 1 to 4: everything before the device is needed for long. */
  async function curate(task: PreparedTask): Promise<CuratedData> {
    const submission = {
      experiment: key,
      submission: spec.submission,
      writtenBy: spec.writtenBy,
      allowUnprotected: spec.allowUnprotected,
    };
    const curation = {
      ...submission,
      raw: task.raw,
      baseModel: task.baseModel,
      seed: seeds.curate,
    };
    await announcePhase("validating");
    const checked = await run("checkSubmission", () =>
      activities.sandbox.checkSubmission.executeWithOptions(
        options("check", "static check of process_data.py and train.yaml"),
        [submission],
      ),
    );
    found.config = checked.config;
    found.scriptSha256 = checked.scriptSha256;
    if (spec.failFast) {
      const sample = await run("curateSample", () =>
        activities.sandbox.curateSample.executeWithOptions(
          options("sample", "curate a sample of 100 rows"),
          [curation],
        ),
      );
      found.sample = sample.statistics;
      await run("probeTraining", () =>
        activities.gpu.probeTraining.executeWithOptions(
          options(
            "probe",
            `probe: one step of ${checked.config.per_device_train_batch_size} rows at ${task.contextLength} tokens`,
          ),
          [
            {
              experiment: key,
              baseModel: task.baseModel,
              sample: sample.data,
              config: checked.config,
              contextLength: task.contextLength,
              seed: seeds.train,
            },
          ],
        ),
      );
    }
    await announcePhase("curating");
    const full = await run("curateData", () =>
      activities.sandbox.curateData.executeWithOptions(options("curate", "curate all sources"), [
        curation,
      ]),
    );
    found.full = full.statistics;
    const audited = await run("auditContamination", () =>
      activities.eval.auditContamination.executeWithOptions(
        options("audit", `contamination audit of ${full.statistics.rows} rows`),
        [
          {
            experiment: key,
            dataSha256: task.dataSha256,
            data: full.data,
            showHeldOutMatches: spec.showHeldOutMatches,
          },
        ],
      ),
    );
    return {
      statistics: full.statistics,
      audit: audited.audit,
      train: audited.train,
      holdout: audited.holdout,
      config: checked.config,
    };
  }

  /** Stages 5 and 6. */
  async function trainAndScore(task: PreparedTask, curated: CuratedData): Promise<void> {
    await announcePhase("training");
    const steps = trainingSteps(curated.config, curated.audit.rows - curated.audit.removed);
    const trained = await run("trainModel", () =>
      activities.gpu.trainModel.executeWithOptions(
        options(
          "train",
          `train: ${steps} steps, lr ${curated.config.learning_rate}, ${curated.config.method}`,
        ),
        [
          {
            experiment: key,
            baseModel: task.baseModel,
            data: curated.train,
            holdout: curated.holdout,
            config: curated.config,
            contextLength: task.contextLength,
            seed: seeds.train,
          },
        ],
      ),
    );
    found.training = trained.report;
    found.trained = trained;
    await announcePhase("evaluating");
    const { predictions } = await run("generatePredictions", () =>
      activities.gpu.generatePredictions.executeWithOptions(
        options("generate", "generate predictions for dev and validation"),
        [
          {
            experiment: key,
            model: trained.model,
            prompts: task.prompts,
            maxNewTokens: task.maxNewTokens,
            seed: deriveSeed(spec.runSeed, spec.iteration, "generate"),
          },
        ],
      ),
    );
    const { tables } = task;
    const drawn =
      tables === undefined
        ? {}
        : await run("drawCharts", () =>
            drawCharts(
              activities,
              options("draw", "run the plotting programs of dev and validation"),
              {
                experiment: key,
                predictions,
                tables,
                allowUnprotected: spec.allowUnprotected,
              },
            ),
          );
    const scored = await run("scorePredictions", () =>
      activities.eval.scorePredictions.executeWithOptions(
        options("score", "score dev and validation"),
        [
          {
            experiment: key,
            dataSha256: task.dataSha256,
            predictions,
            ...drawn,
            compareWith: spec.compareWith,
            seed: deriveSeed(spec.runSeed, spec.iteration, "bootstrap"),
          },
        ],
      ),
    );
    found.benchmark = scored.benchmark;
    found.errors = scored.errors;
  }

  return await close({ spec, activities, key, prepared, found, seeds, show, options });
}

/** Stage 7, the feedback report, and the workflow's result. */
async function close(context: {
  readonly spec: ExperimentSpec;
  readonly activities: Activities;
  readonly key: ExperimentKey;
  readonly prepared: PreparedTask;
  readonly found: Findings;
  readonly seeds: { readonly curate: number; readonly train: number };
  readonly show: () => void;
  readonly options: (stage: string, summary: string) => { activityId: string; summary: string };
}): Promise<ExperimentResult> {
  const { spec, found, prepared, seeds } = context;
  const { feedback } = await context.activities.eval.aggregateFeedback.executeWithOptions(
    context.options("feedback", "feedback report, levels L0 to L4"),
    [
      {
        experiment: context.key,
        stage: found.stage,
        failure: found.failure,
        secondsByStage: found.secondsByStage,
        protection: found.protection,
        sample: found.sample,
        full: found.full,
        audit: found.curated?.audit ?? null,
        training: found.training,
        benchmark: found.benchmark,
        errors: found.errors,
      },
    ],
  );
  const outcome = found.failure === null ? "completed" : "failed";
  const result: ExperimentResult = {
    id: spec.id,
    outcome,
    stage: found.stage,
    failure: found.failure,
    feedback,
    benchmark: found.benchmark,
    model: found.trained?.model ?? null,
    metrics: found.trained?.metrics ?? null,
    curated: found.curated,
    lineage: {
      dataSha256: prepared.dataSha256,
      submissionSha256: spec.submission.sha256,
      scriptSha256: found.scriptSha256,
      curatedSha256: found.curated?.train.sha256 ?? null,
      baseModelSha256: prepared.baseModel.sha256,
      weightsSha256: found.trained?.weightsSha256 ?? null,
      config: found.config,
      seeds,
      versions: found.trained?.versions ?? {},
      protection: found.protection,
      device: found.trained?.device ?? null,
      threads: found.trained?.threads ?? null,
      ...(found.trained?.image === undefined ? {} : { image: found.trained.image }),
    },
    secondsByStage: found.secondsByStage,
    gpuSeconds: found.gpuSeconds,
  };
  await context.activities.recorder.recordExperiment.executeWithOptions(
    context.options("record", "record the experiment"),
    [
      {
        id: spec.id,
        runId: spec.runId,
        task: spec.task,
        iteration: spec.iteration,
        result,
        submission: spec.submission,
        closedAt: new Date().toISOString(),
      },
    ],
  );
  context.show();
  await announcePhase("closed", found.failure === null ? "completed" : found.failure.class);
  upsertMemo({
    result: {
      outcome,
      stage: found.stage,
      failure: found.failure?.message.slice(0, 500) ?? null,
      validation: found.benchmark?.validation ?? null,
    },
  });
  return result;
}
