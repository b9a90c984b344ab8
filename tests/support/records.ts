import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import type { DataStatistics } from "../../protocol/feedback.ts";
import type { Interval } from "../../protocol/interval.ts";
import type { ExperimentRecord, IterationRecord, RunRecord } from "../../protocol/records.ts";
import { runSpecSchema } from "../../protocol/run-spec.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { NO_USAGE } from "../../protocol/usage.ts";

export const RUN_ID = "run/local/aime25/ft-agent/s7";

export function aRef(letter = "a", mediaType = "application/json"): ArtifactRef {
  const sha256 = letter.repeat(64);
  return { uri: `cas:${sha256}`, sha256, bytes: 12, mediaType };
}

export function anInterval(value: number): Interval {
  return { value, low: value - 0.05, high: value + 0.05, n: 300 };
}

/** A run as it stands after its test. */
export function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  const id = changes.id ?? RUN_ID;
  const budget = {
    iterations: 3,
    maxGpuSeconds: 600,
    maxUsd: null,
    maxTokens: null,
    maxWallSeconds: null,
    targetScore: 0.9,
  };
  return {
    id,
    spec: runSpecSchema.parse({
      id,
      study: "local",
      task: "aime25",
      domain: "math",
      tier: "mini",
      variant: "ft-agent",
      agent: { name: "ft-agent", backbone: "builtin", ablations: {} },
      seed: 7,
      budget,
      acceptance: {},
      maxRepairs: 2,
      approve: false,
      maxAudits: 8,
      baseModel: null,
      allowUnprotected: false,
      continueAsNewAfter: null,
      timeouts: {},
    }),
    status: "completed",
    stopReason: "3 of 3 iterations done",
    startedAt: "2026-01-02T03:04:05.000Z",
    closedAt: "2026-01-02T03:14:05.000Z",
    baseline: anInterval(0.02),
    best: 2,
    bestValidation: anInterval(0.1 + 0.2),
    bestModel: aRef("b"),
    bestSubmission: aRef("c"),
    test: anInterval(0.68),
    testSubmetrics: { aime2025: 0.68 },
    spent: {
      gpuSeconds: 1 / 3,
      wallSeconds: 600,
      usage: { calls: 9, promptTokens: 5_000_000_000, completionTokens: 900, costUsd: 0.125 },
    },
    looks: 2,
    steered: false,
    rebudgeted: true,
    budget,
    protection: "bubblewrap",
    dataSha256: "d".repeat(64),
    ...changes,
  };
}

/** An accepted iteration of {@link aRun}. */
export function anIteration(changes: Partial<IterationRecord> = {}): IterationRecord {
  return {
    runId: RUN_ID,
    index: 1,
    strategy: {
      hypothesis: "dropping rows without a box helps",
      reason: "60% of them have none",
      parent: null,
      focus: "data",
      dataPlan: ["drop rows without a box"],
      trainingPlan: [],
      notation: null,
    },
    experiments: [`${RUN_ID}/it01`],
    outcome: "completed",
    stage: "aggregateFeedback",
    decision: { accepted: true, reason: "better than the base model with probability 1.00" },
    delta: { delta: 0.4, low: 0.3, high: 0.5, probability: 1, n: 300 },
    validation: anInterval(0.42),
    diagnosis: { summary: "it helped \u0000 much", lessons: ["format first"], suggestions: [] },
    secondsByStage: { curateData: 1.5, trainModel: 20.25 },
    gpuSeconds: 21.5,
    usage: { ...NO_USAGE, calls: 3, promptTokens: 100, completionTokens: 20, costUsd: 0.5 },
    closedAt: "2026-01-02T03:08:05.000Z",
    ...changes,
  };
}

export function someStatistics(): DataStatistics {
  return {
    rows: 900,
    emptyRows: 0,
    duplicateRows: 3,
    duplicatePrompts: 4,
    tokenLengths: { p50: 40, p95: 80, max: 120, total: 36_000 },
    overContextRows: 0,
    answerFormatPassRate: 0.98,
    labelHistogram: {},
    sample: [{ prompt: "2+2", completion: "\\boxed{4}" }],
  };
}

/** The completed experiment of {@link anIteration}. */
export function anExperiment(changes: Partial<ExperimentRecord> = {}): ExperimentRecord {
  const id = changes.id ?? `${RUN_ID}/it01`;
  const config = trainConfigSchema.parse({ max_steps: 240, learning_rate: 3e-4 });
  return {
    id,
    runId: RUN_ID,
    task: "aime25",
    iteration: 1,
    submission: aRef("e"),
    closedAt: "2026-01-02T03:08:00.000Z",
    result: {
      id,
      outcome: "completed",
      stage: "aggregateFeedback",
      failure: null,
      feedback: aRef("f"),
      benchmark: {
        metric: "accuracy",
        validation: anInterval(0.42),
        dev: anInterval(0.44),
        submetrics: { aime2025: 0.42 },
        deltas: { parent: null, best: null, baseline: null },
      },
      model: aRef("1"),
      metrics: aRef("2"),
      curated: {
        statistics: someStatistics(),
        audit: { rows: 900, removed: 2, devMatches: [], heldOutMatches: 2 },
        train: aRef("3"),
        holdout: aRef("4"),
        config,
      },
      lineage: {
        dataSha256: "d".repeat(64),
        submissionSha256: "e".repeat(64),
        scriptSha256: "5".repeat(64),
        curatedSha256: "6".repeat(64),
        baseModelSha256: "7".repeat(64),
        weightsSha256: "8".repeat(64),
        config,
        seeds: { curate: 2_147_483_647, train: 12 },
        versions: { torch: "2.15.0", trl: "1.16.0" },
        protection: "bubblewrap",
        device: "cpu-0",
        threads: 2,
      },
      secondsByStage: { curateData: 1.5, trainModel: 20.25 },
      gpuSeconds: 21.5,
    },
    ...changes,
  };
}
