import { z } from "zod";
import type { Interval } from "./interval.ts";
import type { RunStatus, Spent } from "./records.ts";
import { type Budget, budgetSchema } from "./run-spec.ts";
import type { Phase } from "./search-attributes.ts";
import type { Strategy } from "./strategy.ts";

/** Names of signals, updates and queries of a run. */
export const CONTROL = {
  pause: "pause",
  resume: "resume",
  steer: "steer",
  setBudget: "setBudget",
  approve: "approve",
  status: "status",
  trace: "trace",
} as const;

/** Argument of the signal `steer`: a hint for the next proposal, at most 2,000 characters. */
export const hintSchema = z.string().trim().min(1).max(2000);

/** Argument of the update `setBudget`: the limits to change. */
export const budgetChangeSchema = budgetSchema.partial();
export type BudgetChange = Readonly<z.infer<typeof budgetChangeSchema>>;

/** Argument of the update `approve`. */
export const approvalSchema = z.strictObject({
  iteration: z.number().int().positive(),
  approved: z.boolean(),
  /** Reason of a refusal: becomes a hint for the next proposal. */
  reason: z.string().max(2000).nullable().default(null),
});
export type Approval = Readonly<z.infer<typeof approvalSchema>>;

/** One iteration as the query `status` shows it. */
export interface IterationView {
  readonly index: number;
  readonly parent: number | null;
  readonly hypothesis: string;
  readonly outcome: "running" | "completed" | "failed";
  readonly stage: string | null;
  readonly accepted: boolean | null;
  readonly reason: string | null;
  readonly validation: Interval | null;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly gpuSeconds: number;
  readonly usage: {
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly costUsd: number;
    readonly calls: number;
  };
}

/** `dojo run --json` and `dojo show ID --json`, and the answer of the query `status`. */
export interface RunView {
  readonly id: string;
  readonly task: string;
  readonly tier: string;
  readonly variant: string;
  readonly seed: number;
  readonly status: RunStatus | "paused";
  readonly phase: Phase;
  readonly startedAt: string;
  readonly budget: Budget;
  readonly iterations: readonly IterationView[];
  readonly baseline: Interval | null;
  readonly best: number | null;
  readonly bestValidation: Interval | null;
  readonly test: Interval | null;
  readonly spent: Spent;
  readonly stopReason: string | null;
  readonly steered: boolean;
  readonly rebudgeted: boolean;
  readonly protection: string;
  /** Seconds until the budget's iterations are done, estimated from those before; null: unknown. */
  readonly etaSeconds: number | null;
  /** The proposal that waits for `approve`. */
  readonly pendingApproval: { readonly iteration: number; readonly strategy: Strategy } | null;
  /** Workflow id of the experiment that runs now. */
  readonly currentExperiment: string | null;
}

/** One event of the query `trace`. */
export interface TraceEvent {
  readonly at: string;
  readonly event: string;
  readonly iteration: number | null;
  readonly detail: string;
}
