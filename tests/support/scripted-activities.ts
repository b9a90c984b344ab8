import type {
  EvalActivities,
  GpuActivities,
  PlannerActivities,
  RecorderActivities,
  SandboxActivities,
} from "../../protocol/activities.ts";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import type { CandidateFailure, FailureClass } from "../../protocol/failure-class.ts";
import type { DataStatistics } from "../../protocol/feedback.ts";
import type { PairedDelta } from "../../protocol/interval.ts";
import type { ExperimentRecord, IterationRecord, RunRecord } from "../../protocol/records.ts";
import type { Stage, StageCost, StageResult } from "../../protocol/stage.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { NO_USAGE } from "../../protocol/usage.ts";

/** What the scripted world does: the workflow is real, the stages are a script. */
export interface Script {
  /** Validation score of an experiment by its label (`it01`, `it01-c1`, `baseline`). @default 0.1 */
  readonly score?: (label: string) => number;
  /** Test score of a run. @default 0.5 */
  readonly test?: (runId: string) => number;
  /** Comparison by the experiments' labels. @default difference of scores, probability 1 or 0 */
  readonly compare?: (candidate: readonly string[], incumbent: readonly string[]) => PairedDelta;
  /** Failure of the candidate in a stage, by label. */
  readonly fail?: (stage: Stage, label: string) => FailureClass | null;
  /** The agent stops at this iteration. */
  readonly stopAt?: number;
  /** The agent gives nothing usable in these iterations. */
  readonly agentFails?: (iteration: number) => boolean;
  /** Called when an activity begins; may throw (an infrastructure fault) or wait. */
  readonly onStart?: (activity: string, label: string) => Promise<void> | void;
  readonly seedSpread?: number;
  /** Predictions are programs that draw charts. @default false */
  readonly draws?: boolean;
  /** Whether {@link Seen} is filled; a benchmark of thousands of runs does without. @default true */
  readonly remember?: boolean;
  readonly gpuSeconds?: number;
}

/** What the scripted world saw. */
export interface Seen {
  readonly calls: string[];
  readonly runs: RunRecord[];
  readonly experiments: ExperimentRecord[];
  readonly iterations: IterationRecord[];
  readonly hints: (readonly string[])[];
  readonly trainSeeds: Record<string, number>;
  /** Whether each audit was to show its held-out count. */
  readonly shown: boolean[];
  /** What was drawn, by each scoring that was told of it. */
  readonly drawn: ArtifactRef[];
}

/** An artifact reference whose hash is made from a name. */
export function ref(name: string): ArtifactRef {
  const sha256 = Buffer.from(name.padEnd(32, ".").slice(-32))
    .toString("hex")
    .padEnd(64, "0")
    .slice(0, 64);
  return { uri: `cas:${sha256}`, sha256, bytes: name.length, mediaType: "application/json" };
}

const STATISTICS: DataStatistics = {
  rows: 1000,
  emptyRows: 0,
  duplicateRows: 0,
  duplicatePrompts: 0,
  tokenLengths: { p50: 40, p95: 60, max: 90, total: 40_000 },
  overContextRows: 0,
  answerFormatPassRate: 1,
  labelHistogram: {},
  sample: [],
};

/** Activities of all pools that follow a script, and what they saw. */
export function scriptedActivities(script: Script = {}) {
  const seen: Seen = {
    calls: [],
    runs: [],
    experiments: [],
    iterations: [],
    hints: [],
    trainSeeds: {},
    shown: [],
    drawn: [],
  };
  const score = (label: string) => script.score?.(label) ?? 0.1;
  const labelOf = (id: string) => id.split("/").at(-1) ?? id;
  const cost: StageCost = { wallSeconds: 1, cpuSeconds: 1, gpuSeconds: script.gpuSeconds ?? 0 };
  const begin = async (activity: string, label: string) => {
    if (script.remember !== false) seen.calls.push(`${label} ${activity}`);
    await script.onStart?.(activity, label);
  };
  const interval = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, n: 300 });
  async function stage<T>(name: Stage, label: string, value: T): Promise<StageResult<T>> {
    await begin(name, label);
    const failing = script.fail?.(name, label) ?? null;
    if (failing === null) return { ok: true, value, cost, protection: "bubblewrap" };
    const failure: CandidateFailure = {
      class: failing,
      message: `scripted ${failing}`,
      exitCode: 1,
      traceback: null,
    };
    return { ok: false, failure, cost, protection: "bubblewrap" };
  }

  const planner: PlannerActivities = {
    async proposeStrategy(input) {
      await begin("proposeStrategy", `it${input.iteration}`);
      if (script.remember !== false) seen.hints.push(input.hints);
      if (script.stopAt === input.iteration) {
        return {
          ok: true,
          value: { kind: "stop", reason: "nothing left to try" },
          usage: NO_USAGE,
        };
      }
      if (script.agentFails?.(input.iteration)) {
        return {
          ok: false,
          failure: { class: "agent-failed", message: "refused", exitCode: null, traceback: null },
          usage: NO_USAGE,
        };
      }
      return {
        ok: true,
        value: {
          kind: "strategy",
          strategy: {
            hypothesis: `idea ${input.iteration}`,
            reason: "scripted",
            parent: input.iteration > 1 ? input.iteration - 1 : null,
            focus: "both",
            dataPlan: [],
            trainingPlan: [],
            notation: null,
          },
        },
        usage: { calls: 1, promptTokens: 10, completionTokens: 5, costUsd: 0.01 },
      };
    },
    async implementStrategy(input) {
      await begin("implementStrategy", `it${input.iteration}`);
      return {
        ok: true,
        value: {
          submission: ref(`submission-${input.iteration}-${input.repair?.number ?? 0}`),
          writtenBy: "ours",
        },
        usage: NO_USAGE,
      };
    },
    async diagnoseExperiment(input) {
      await begin("diagnoseExperiment", `it${input.iteration}`);
      return {
        ok: true,
        value: {
          entry: ref(`history-${input.iteration}`),
          diagnosis: { summary: "s", lessons: [], suggestions: [] },
        },
        usage: NO_USAGE,
      };
    },
  };
  const sandbox: SandboxActivities = {
    async profileSources() {
      return { profile: ref("profile") };
    },
    checkSubmission: (input) =>
      stage("checkSubmission", input.experiment.label, {
        config: trainConfigSchema.parse({ max_steps: 240, learning_rate: 3e-4 }),
        scriptSha256: "0".repeat(64),
      }),
    curateSample: (input) =>
      stage("curateSample", input.experiment.label, {
        data: ref("sample"),
        statistics: STATISTICS,
        cached: false,
      }),
    curateData: (input) =>
      stage("curateData", input.experiment.label, {
        data: ref("data"),
        statistics: STATISTICS,
        cached: false,
      }),
    drawCharts: (input) =>
      stage("drawCharts", input.experiment.label, {
        drawn: ref(`drawn-${input.experiment.label}`),
      }),
  };
  const gpu: GpuActivities = {
    probeTraining: (input) =>
      stage("probeTraining", input.experiment.label, { secondsPerStep: 0.1, peakMemoryBytes: 1e8 }),
    trainModel: (input) => {
      if (script.remember !== false) seen.trainSeeds[input.experiment.label] = input.seed;
      return stage("trainModel", input.experiment.label, {
        model: ref(`model-${input.experiment.label}`),
        metrics: ref("metrics"),
        report: {
          steps: 240,
          lossCurve: [],
          finalLoss: 0.1,
          trainLoss: 0.1,
          holdoutLoss: 0.12,
          overfittingGap: 0.02,
          tokensPerSecond: 1000,
          mfu: null,
          peakMemoryBytes: 1e8,
          resumes: 0,
        },
        weightsSha256: "1".repeat(64),
        versions: { torch: "0" },
        device: "cpu-0",
        threads: 1,
      });
    },
    generatePredictions: (input) =>
      stage("generatePredictions", input.experiment.label, {
        predictions: ref(`predictions-${input.experiment.label}`),
      }),
  };
  const evaluation: EvalActivities = {
    async prepareTask() {
      await begin("prepareTask", "run");
      return {
        dataSha256: "2".repeat(64),
        raw: ref("raw"),
        baseModel: ref("base"),
        prompts: ref("prompts"),
        ...(script.draws ? { tables: ref("tables") } : {}),
        contextLength: 256,
        maxNewTokens: 48,
        seedSpread: script.seedSpread ?? 0.01,
      };
    },
    auditContamination: (input) => {
      seen.shown.push(input.showHeldOutMatches);
      return stage("auditContamination", input.experiment.label, {
        audit: {
          rows: 1000,
          removed: 10,
          devMatches: [],
          heldOutMatches: input.showHeldOutMatches ? 8 : null,
        },
        train: ref("train"),
        holdout: ref("holdout"),
      });
    },
    scorePredictions: (input) => {
      const { label } = input.experiment;
      if (input.drawn !== undefined) seen.drawn.push(input.drawn);
      const value = score(label);
      return stage("scorePredictions", label, {
        benchmark: {
          metric: "accuracy",
          validation: interval(value),
          dev: interval(value),
          submetrics: {},
          deltas: { parent: null, best: null, baseline: null },
        },
        errors: ref("errors"),
      });
    },
    async aggregateFeedback(input) {
      await begin("aggregateFeedback", input.experiment.label);
      return { feedback: ref(`feedback-${input.experiment.label}`) };
    },
    async compareScores(input) {
      const candidate = input.candidate.map(labelOf);
      const incumbent = input.incumbent.map(labelOf);
      await begin("compareScores", candidate.join("+"));
      if (script.compare !== undefined) return script.compare(candidate, incumbent);
      const mean = (labels: string[]) =>
        labels.reduce((sum, label) => sum + score(label), 0) / labels.length;
      const delta = mean(candidate) - mean(incumbent);
      return {
        delta,
        low: delta - 0.01,
        high: delta + 0.01,
        probability: delta > 0 ? 1 : 0,
        n: 300,
      };
    },
    async openTest() {
      await begin("openTest", "test");
      return {
        kind: "opened",
        prompts: ref("test-prompts"),
        ...(script.draws ? { tables: ref("test-tables") } : {}),
      };
    },
    async scoreTest(input) {
      await begin("scoreTest", "test");
      if (input.drawn !== undefined) seen.drawn.push(input.drawn);
      const value = script.test?.(input.runId) ?? 0.5;
      return { test: { ...interval(value), n: input.modelSha256.length }, submetrics: {} };
    },
  };
  const recorder: RecorderActivities = {
    async recordRun(record) {
      await begin("recordRun", record.status);
      seen.runs.push(record);
    },
    async recordExperiment(record) {
      seen.experiments.push(record);
    },
    async recordIteration(record) {
      seen.iterations.push(record);
    },
  };
  return { seen, pools: { planner, sandbox, gpu, eval: evaluation, recorder } };
}
