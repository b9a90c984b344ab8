import type { Decision } from "./agent.ts";
import type { ArtifactRef } from "./artifact-ref.ts";
import type { ExperimentResult } from "./experiment-spec.ts";
import type { Interval, PairedDelta } from "./interval.ts";
import type { Budget, RunSpec } from "./run-spec.ts";
import type { Diagnosis, Strategy } from "./strategy.ts";
import type { Usage } from "./usage.ts";

/** What a run has spent so far. */
export interface Spent {
  readonly gpuSeconds: number;
  readonly wallSeconds: number;
  readonly usage: Usage;
}

/** How a run stands. `failed`: an infrastructure fault that retries did not overcome, or an agent that gave nothing. */
export type RunStatus = "running" | "completed" | "cancelled" | "failed";

/** A run as the store keeps it; written at its start, at each iteration and at its end. */
export interface RunRecord {
  readonly id: string;
  readonly spec: RunSpec;
  readonly status: RunStatus;
  /** Why it stopped, in a sentence; null while it runs. */
  readonly stopReason: string | null;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly baseline: Interval | null;
  /** Iteration of the accepted submission; null: none, the base model stands. */
  readonly best: number | null;
  readonly bestValidation: Interval | null;
  readonly bestModel: ArtifactRef | null;
  readonly bestSubmission: ArtifactRef | null;
  readonly test: Interval | null;
  readonly testSubmetrics: Readonly<Record<string, number>> | null;
  readonly spent: Spent;
  /** Comparisons made on validation for acceptance. */
  readonly looks: number;
  /** Hints were given: such runs stay out of headlines. */
  readonly steered: boolean;
  readonly rebudgeted: boolean;
  readonly budget: Budget;
  /** Weakest isolation of any job: `unprotected` where neither Docker nor bubblewrap was at hand. */
  readonly protection: string;
  readonly dataSha256: string | null;
}

/** An experiment as the store keeps it. */
export interface ExperimentRecord {
  readonly id: string;
  readonly runId: string;
  readonly task: string;
  readonly iteration: number;
  readonly result: ExperimentResult;
  readonly submission: ArtifactRef;
  readonly closedAt: string;
}

/** An iteration as the store keeps it. */
export interface IterationRecord {
  readonly runId: string;
  readonly index: number;
  /** null: the agent gave no usable strategy. */
  readonly strategy: Strategy | null;
  /** Ids of its experiments: first, repairs, confirmations. */
  readonly experiments: readonly string[];
  readonly outcome: "completed" | "failed";
  /** The stage that the last experiment reached; null: the agent gave no submission. */
  readonly stage: string | null;
  readonly decision: Decision;
  readonly delta: PairedDelta | null;
  readonly validation: Interval | null;
  readonly diagnosis: Diagnosis | null;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly gpuSeconds: number;
  readonly usage: Usage;
  readonly closedAt: string;
}
