import type { Decision, HistoryRef } from "./agent.ts";
import type { ArtifactRef } from "./artifact-ref.ts";
import type { PreparedTask } from "./experiment-spec.ts";
import type { CandidateFailure } from "./failure-class.ts";
import type { AuditView, BenchmarkReport, DataStatistics, TrainingReport } from "./feedback.ts";
import type { Interval, PairedDelta } from "./interval.ts";
import type { AgentName, Tier } from "./names.ts";
import type { ExperimentRecord, IterationRecord, RunRecord } from "./records.ts";
import type { Ablations, Acceptance, Budget } from "./run-spec.ts";
import type { Stage, StageResult } from "./stage.ts";
import type { Diagnosis, Strategy } from "./strategy.ts";
import type { CellStates, RunClosed, StudyRecord } from "./study.ts";
import type { StudySpec } from "./study-spec.ts";
import type { Judgement, NightRecord } from "./sweep.ts";
import type { GateSettings } from "./sweep-spec.ts";
import type { TrainConfig } from "./train-config.ts";
import type { Usage } from "./usage.ts";

/** Who a stage works for. `label` is short, for summaries and job names: `it03-r1`. */
export interface ExperimentKey {
  readonly runId: string;
  readonly experimentId: string;
  readonly label: string;
  readonly task: string;
  readonly tier: Tier;
}

/** What the agent of a run is asked with. */
export interface PlannerInput {
  readonly runId: string;
  readonly task: string;
  readonly tier: Tier;
  readonly agent: {
    readonly name: AgentName;
    readonly backbone: string;
    readonly ablations: Ablations;
  };
  readonly iteration: number;
  readonly iterationsLeft: number;
  readonly seed: number;
  readonly profile: ArtifactRef;
  readonly history: readonly HistoryRef[];
  readonly baseline: Interval;
  readonly best: number | null;
  readonly hints: readonly string[];
  readonly budget: Budget;
}

/** A planner activity's outcome: a value, or that the agent gave nothing usable. `usage` counts in both cases. */
export type PlannerResult<T> =
  | { readonly ok: true; readonly value: T; readonly usage: Usage }
  | { readonly ok: false; readonly failure: CandidateFailure; readonly usage: Usage };

/** Queue `dojo-planner`: sees the task card, samples and feedback; the only pool with API keys. */
export interface PlannerActivities {
  proposeStrategy(
    input: PlannerInput,
  ): Promise<
    PlannerResult<
      | { readonly kind: "strategy"; readonly strategy: Strategy }
      | { readonly kind: "stop"; readonly reason: string }
    >
  >;
  implementStrategy(
    input: PlannerInput & {
      readonly strategy: Strategy;
      readonly repair: {
        readonly number: number;
        readonly submission: ArtifactRef;
        readonly feedback: ArtifactRef;
      } | null;
    },
  ): Promise<
    PlannerResult<{
      readonly submission: ArtifactRef;
      readonly writtenBy: "ours" | "language-model";
    }>
  >;
  /** Also writes the iteration's history entry. */
  diagnoseExperiment(
    input: PlannerInput & {
      readonly strategy: Strategy;
      readonly submission: ArtifactRef | null;
      readonly repairs: number;
      readonly feedback: ArtifactRef | null;
      readonly decision: Decision;
    },
  ): Promise<PlannerResult<{ readonly entry: ArtifactRef; readonly diagnosis: Diagnosis | null }>>;
}

/** Queue `dojo-sandbox`: sees raw sources and the submission. */
export interface SandboxActivities {
  /** Statistics of every raw source (JSON artifact); cached by its inputs. */
  profileSources(input: {
    readonly task: string;
    readonly tier: Tier;
    readonly raw: ArtifactRef;
    readonly baseModel: ArtifactRef;
  }): Promise<{ readonly profile: ArtifactRef }>;
  checkSubmission(input: {
    readonly experiment: ExperimentKey;
    readonly submission: ArtifactRef;
    readonly writtenBy: "ours" | "operator" | "language-model";
    readonly allowUnprotected: boolean;
  }): Promise<StageResult<{ readonly config: TrainConfig; readonly scriptSha256: string }>>;
  curateSample(input: CurationInput): Promise<StageResult<CurationOutput>>;
  curateData(input: CurationInput): Promise<StageResult<CurationOutput>>;
  /**
   * Runs the plotting programs in a model's answers, each confined by itself, and reads what they drew (JSONL, see
   * sandbox-images/evaluator/draw.py). The job sees texts and tables, no answers and no network.
   */
  drawCharts(input: {
    readonly experiment: ExperimentKey;
    readonly predictions: ArtifactRef;
    readonly tables: ArtifactRef;
    readonly allowUnprotected: boolean;
  }): Promise<StageResult<{ readonly drawn: ArtifactRef }>>;
}

export interface CurationInput {
  readonly experiment: ExperimentKey;
  readonly submission: ArtifactRef;
  readonly writtenBy: "ours" | "operator" | "language-model";
  readonly allowUnprotected: boolean;
  readonly raw: ArtifactRef;
  readonly baseModel: ArtifactRef;
  readonly seed: number;
}

export interface CurationOutput {
  readonly data: ArtifactRef;
  readonly statistics: DataStatistics;
  /** Whether an earlier curation with the same script, sources and seed was reused. */
  readonly cached: boolean;
}

/** Queue `dojo-gpu`: sees curated data, the base model and prompts without answers. */
export interface GpuActivities {
  probeTraining(input: {
    readonly experiment: ExperimentKey;
    readonly baseModel: ArtifactRef;
    readonly sample: ArtifactRef;
    readonly config: TrainConfig;
    readonly contextLength: number;
    readonly seed: number;
  }): Promise<StageResult<{ readonly secondsPerStep: number; readonly peakMemoryBytes: number }>>;
  trainModel(input: {
    readonly experiment: ExperimentKey;
    readonly baseModel: ArtifactRef;
    readonly data: ArtifactRef;
    readonly holdout: ArtifactRef;
    readonly config: TrainConfig;
    readonly contextLength: number;
    readonly seed: number;
  }): Promise<
    StageResult<{
      readonly model: ArtifactRef;
      /** metrics.jsonl, a line per step. */
      readonly metrics: ArtifactRef;
      readonly report: TrainingReport;
      readonly weightsSha256: string;
      readonly versions: Readonly<Record<string, string>>;
      readonly device: string;
      readonly threads: number;
      /** Digest of the image that it ran in; absent where the sandbox has none. */
      readonly image?: string;
    }>
  >;
  generatePredictions(input: {
    readonly experiment: ExperimentKey;
    readonly model: ArtifactRef;
    readonly prompts: ArtifactRef;
    readonly maxNewTokens: number;
    readonly seed: number;
  }): Promise<StageResult<{ readonly predictions: ArtifactRef }>>;
}

/** Queue `dojo-eval`: the only pool that reads answers. Per-item scores go from here straight into the store. */
export interface EvalActivities {
  /** Makes or finds sources, splits and base model; all of {@link PreparedTask} but the profile. Idempotent. */
  prepareTask(input: {
    readonly task: string;
    readonly tier: Tier;
    readonly baseModel: string | null;
  }): Promise<Omit<PreparedTask, "profile">>;
  auditContamination(input: {
    readonly experiment: ExperimentKey;
    readonly dataSha256: string;
    readonly data: ArtifactRef;
    readonly showHeldOutMatches: boolean;
  }): Promise<
    StageResult<{
      readonly audit: AuditView;
      readonly train: ArtifactRef;
      readonly holdout: ArtifactRef;
    }>
  >;
  /** Scores dev and validation; compares on validation with the experiments named, by paired bootstrap. */
  scorePredictions(input: {
    readonly experiment: ExperimentKey;
    readonly dataSha256: string;
    readonly predictions: ArtifactRef;
    /** What the predictions drew, where they are programs. */
    readonly drawn?: ArtifactRef;
    readonly compareWith: {
      readonly parent: string | null;
      readonly best: string | null;
      readonly baseline: string | null;
    };
    readonly seed: number;
  }): Promise<
    StageResult<{
      readonly benchmark: BenchmarkReport;
      /** {@link import("./feedback.ts").ErrorReport} as JSON; examples from dev only. */
      readonly errors: ArtifactRef;
    }>
  >;
  aggregateFeedback(input: {
    readonly experiment: ExperimentKey;
    readonly stage: Stage;
    readonly failure: CandidateFailure | null;
    readonly secondsByStage: Readonly<Partial<Record<Stage, number>>>;
    readonly protection: string;
    readonly sample: DataStatistics | null;
    readonly full: DataStatistics | null;
    readonly audit: AuditView | null;
    readonly training: TrainingReport | null;
    readonly benchmark: BenchmarkReport | null;
    readonly errors: ArtifactRef | null;
  }): Promise<{ readonly feedback: ArtifactRef }>;
  /**
   * Paired difference on validation between two sets of experiments (each the mean over its training seeds), clustered and
   * stratified as DESIGN section 6 says. Each call is a look, counted by the run.
   */
  compareScores(input: {
    readonly runId: string;
    readonly candidate: readonly string[];
    readonly incumbent: readonly string[];
    readonly acceptance: Acceptance;
    readonly seed: number;
  }): Promise<PairedDelta>;
  /**
   * Opens the held-out test of a run: prompts, the first time; the recorded score when it is already there. An opening that
   * was never scored (a crash between) gives its prompts again, for the same model only; another model is refused.
   */
  openTest(input: {
    readonly runId: string;
    readonly task: string;
    readonly tier: Tier;
    readonly dataSha256: string;
    readonly modelSha256: string;
  }): Promise<
    | {
        readonly kind: "opened";
        readonly prompts: ArtifactRef;
        /** Where predictions are programs: the tables that they draw. */
        readonly tables?: ArtifactRef;
      }
    | {
        readonly kind: "recorded";
        readonly test: Interval;
        readonly submetrics: Readonly<Record<string, number>>;
      }
  >;
  /** Scores the test predictions and closes the register's entry; idempotent. */
  scoreTest(input: {
    readonly runId: string;
    readonly task: string;
    readonly tier: Tier;
    readonly dataSha256: string;
    readonly modelSha256: string;
    readonly predictions: ArtifactRef;
    readonly drawn?: ArtifactRef;
    readonly seed: number;
  }): Promise<{ readonly test: Interval; readonly submetrics: Readonly<Record<string, number>> }>;
}

/** Queue `dojo-recorder`: store and ledger. Every write is an upsert by key, so a retry changes nothing. */
export interface RecorderActivities {
  recordRun(record: RunRecord): Promise<void>;
  recordExperiment(record: ExperimentRecord): Promise<void>;
  recordIteration(record: IterationRecord): Promise<void>;
}

/** Queue `dojo-recorder`: what a study must know of its runs. */
export interface StudyActivities {
  recordStudy(record: StudyRecord): Promise<void>;
  /** How the cells stand by the store and the server: a study that is started again goes on from there. */
  knownCells(spec: StudySpec): Promise<CellStates>;
  /** Those of these runs that have closed, by the server's word. */
  closedRuns(ids: readonly string[]): Promise<readonly RunClosed[]>;
}

/** Queue `dojo-recorder`: the nights of sweeps. */
export interface SweepActivities {
  recordNight(night: NightRecord): Promise<void>;
  /** Judges a night against the accepted nights before it, by the store's runs. */
  judgeNight(input: {
    readonly sweep: string;
    readonly study: string;
    readonly gate: GateSettings;
  }): Promise<Judgement>;
  /** Tells the webhook. @throws Error when it does not take the news */
  notifyGate(input: { readonly webhook: string; readonly judgement: Judgement }): Promise<void>;
}
