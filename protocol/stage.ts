import type { CandidateFailure } from "./failure-class.ts";

/** Stages of an experiment, in order, by the names of their activities. */
export const STAGES = [
  "checkSubmission",
  "curateSample",
  "probeTraining",
  "curateData",
  "auditContamination",
  "trainModel",
  "generatePredictions",
  "drawCharts",
  "scorePredictions",
  "aggregateFeedback",
] as const;
export type Stage = (typeof STAGES)[number];

/** What a stage cost: wall seconds of the job itself (not of waiting in a queue), CPU seconds, and device seconds. */
export interface StageCost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly gpuSeconds: number;
}

/** A stage's outcome: a value, or the candidate's failure. Infrastructure faults are activity failures instead. */
export type StageResult<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly cost: StageCost;
      readonly protection: Protection;
    }
  | {
      readonly ok: false;
      readonly failure: CandidateFailure;
      readonly cost: StageCost;
      readonly protection: Protection;
    };

/**
 * How well a job was isolated. `unprotected`: a bare process, whose results carry that mark; `none`: the stage runs only our
 * own code in the worker itself.
 */
export type Protection = "docker" | "bubblewrap" | "unprotected" | "none";
