import type { ArtifactRef } from "./artifact-ref.ts";
import type { Feedback } from "./feedback.ts";
import type { Interval } from "./interval.ts";
import type { Tier } from "./names.ts";
import type { Ablations, Budget } from "./run-spec.ts";
import type { Diagnosis, Strategy, SubmissionFiles } from "./strategy.ts";
import type { TaskCard, TaskLimits } from "./task-card.ts";
import type { Usage } from "./usage.ts";

/** The parts of a task card that an agent sees; the same for every agent. */
export interface AgentTaskCard
  extends Pick<
    TaskCard,
    | "id"
    | "domain"
    | "title"
    | "description"
    | "answerFormat"
    | "answerPattern"
    | "answerTemplate"
    | "answerLabels"
    | "metric"
    | "subtasks"
    | "errorClasses"
    | "constraints"
  > {
  readonly tier: Tier;
  readonly contextLength: number;
  readonly maxNewTokens: number;
  readonly limits: TaskLimits;
  readonly sources: readonly {
    readonly name: string;
    readonly file: string;
    readonly description: string;
    readonly licence: string;
    readonly promptField: string;
    readonly completionField: string;
  }[];
}

/** How an iteration ended, as its agent is told. */
export interface Decision {
  readonly accepted: boolean;
  /** One sentence: the figures and the rule that decided. */
  readonly reason: string;
}

/** One past iteration with all that was learned; agents get every one of them. */
export interface HistoryEntry {
  readonly iteration: number;
  readonly strategy: Strategy;
  readonly submission: SubmissionFiles | null;
  /** Repairs that were needed. */
  readonly repairs: number;
  readonly feedback: Feedback | null;
  readonly decision: Decision;
  readonly diagnosis: Diagnosis | null;
}

/** What every agent call gets. `profile` is the JSON that profile_sources.py writes. */
export interface AgentContext {
  readonly card: AgentTaskCard;
  readonly profile: unknown;
  readonly history: readonly HistoryEntry[];
  readonly baseline: Interval;
  /** Iteration whose model is the best so far; null: the base model. */
  readonly best: number | null;
  /** Hints of the operator, oldest first. */
  readonly hints: readonly string[];
  readonly iteration: number;
  readonly iterationsLeft: number;
  readonly budget: Budget;
  /** Seed for the agent's own choices in this iteration. */
  readonly seed: number;
  readonly ablations: Ablations;
}

/** A submission that fail-fast validation refused, to be repaired. */
export interface RepairContext {
  readonly number: number;
  readonly submission: SubmissionFiles;
  readonly feedback: Feedback;
}

/** The agent proposes, or stops the run. */
export type Proposal =
  | { readonly kind: "strategy"; readonly strategy: Strategy; readonly usage: Usage }
  | { readonly kind: "stop"; readonly reason: string; readonly usage: Usage };

/**
 * Who decides what to try. Methods are pure functions of their arguments but for language model calls; a thrown error is an
 * infrastructure fault and is retried, unless it is an `AgentFailure` (refusal, output that stays invalid).
 */
export interface Agent {
  readonly writtenBy: "ours" | "language-model";
  propose(context: AgentContext): Promise<Proposal>;
  implement(
    context: AgentContext,
    strategy: Strategy,
    repair: RepairContext | null,
  ): Promise<{ readonly files: SubmissionFiles; readonly usage: Usage }>;
  diagnose(
    context: AgentContext,
    strategy: Strategy,
    outcome: { readonly feedback: Feedback; readonly decision: Decision },
  ): Promise<{ readonly diagnosis: Diagnosis; readonly usage: Usage }>;
}

/** Reference to a {@link HistoryEntry} kept as an artifact. */
export interface HistoryRef {
  readonly iteration: number;
  readonly entry: ArtifactRef;
}
