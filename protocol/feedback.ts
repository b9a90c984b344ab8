import { z } from "zod";
import { candidateFailureSchema } from "./failure-class.ts";
import { intervalSchema, pairedDeltaSchema } from "./interval.ts";
import { STAGES } from "./stage.ts";

/** L1: what the curated rows look like. Token counts are exact, of the base model's tokenizer, chat template included. */
export const dataStatisticsSchema = z.object({
  rows: z.number().int(),
  emptyRows: z.number().int(),
  duplicateRows: z.number().int(),
  duplicatePrompts: z.number().int(),
  tokenLengths: z.object({ p50: z.number(), p95: z.number(), max: z.number(), total: z.number() }),
  overContextRows: z.number().int(),
  /** Share of completions that match the card's answer pattern, 0..1. */
  answerFormatPassRate: z.number(),
  labelHistogram: z.record(z.string(), z.number().int()),
  /** A few rows, cut to 400 characters each. */
  sample: z.array(z.object({ prompt: z.string(), completion: z.string() })),
});
export type DataStatistics = Readonly<z.infer<typeof dataStatisticsSchema>>;

/** What an agent may know of the contamination audit: dev in full, validation and test as one rounded count. */
export const auditViewSchema = z.object({
  rows: z.number().int(),
  /** Rows that match dev, and `heldOutMatches`: an upper bound, or it would give the exact held-out count away. */
  removed: z.number().int(),
  devMatches: z
    .array(z.object({ row: z.number().int(), item: z.string(), kind: z.string() }))
    .max(20),
  /** Matches with validation and test together, rounded up to a power of two; 0 only when there are none. null: no audits left to show. */
  heldOutMatches: z.number().int().nullable(),
  /** Rows that break each of the card's constraints, which were dropped; left out where it has none. */
  constraints: z
    .record(
      z.string(),
      z.object({
        rows: z.number().int(),
        /** Rows by kind of breach. */
        kinds: z.record(z.string(), z.number().int()),
        /** The first few, counted from 0. */
        examples: z.array(z.number().int()).max(10),
      }),
    )
    .optional(),
});
export type AuditView = Readonly<z.infer<typeof auditViewSchema>>;

/** L2: training dynamics. */
export const trainingReportSchema = z.object({
  steps: z.number().int(),
  /** At most 60 points, evenly spaced, the first and last included. */
  lossCurve: z.array(z.object({ step: z.number().int(), loss: z.number() })),
  finalLoss: z.number(),
  trainLoss: z.number(),
  holdoutLoss: z.number().nullable(),
  /** holdoutLoss - trainLoss. */
  overfittingGap: z.number().nullable(),
  tokensPerSecond: z.number(),
  mfu: z.number().nullable(),
  peakMemoryBytes: z.number(),
  /** Times that training was continued from a checkpoint. */
  resumes: z.number().int(),
});
export type TrainingReport = Readonly<z.infer<typeof trainingReportSchema>>;

/** L3: the benchmark's verdict on validation. */
export const benchmarkReportSchema = z.object({
  metric: z.string(),
  validation: intervalSchema,
  dev: intervalSchema,
  submetrics: z.record(z.string(), z.number()),
  deltas: z.object({
    parent: pairedDeltaSchema.nullable(),
    best: pairedDeltaSchema.nullable(),
    baseline: pairedDeltaSchema.nullable(),
  }),
});
export type BenchmarkReport = Readonly<z.infer<typeof benchmarkReportSchema>>;

/** L4: error patterns, examples from the dev split only. */
export const errorReportSchema = z.object({
  /** Count per error class over dev. */
  classes: z.record(z.string(), z.number().int()),
  examples: z.array(
    z.object({
      id: z.string(),
      prompt: z.string(),
      prediction: z.string(),
      gold: z.string(),
      error: z.string(),
    }),
  ),
});
export type ErrorReport = Readonly<z.infer<typeof errorReportSchema>>;

/** The feedback report of one experiment: five levels, those after the failing stage null. */
export const feedbackSchema = z.object({
  experiment: z.string(),
  outcome: z.enum(["completed", "failed"]),
  /** The last stage that ran. */
  stage: z.enum(STAGES),
  /** L0: execution. */
  execution: z.object({
    failure: candidateFailureSchema.nullable(),
    secondsByStage: z.record(z.string(), z.number()),
    protection: z.string(),
  }),
  data: z
    .object({
      sample: dataStatisticsSchema.nullable(),
      full: dataStatisticsSchema.nullable(),
      audit: auditViewSchema.nullable(),
    })
    .nullable(),
  training: trainingReportSchema.nullable(),
  benchmark: benchmarkReportSchema.nullable(),
  errors: errorReportSchema.nullable(),
});
export type Feedback = Readonly<z.infer<typeof feedbackSchema>>;
