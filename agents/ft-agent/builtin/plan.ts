import { z } from "zod";
import { trainConfigSchema } from "../../../protocol/train-config.ts";

const sourcePlanSchema = z.strictObject({
  name: z.string(),
  /** How stated answers are brought into the asked format: not at all, from usual wordings, or from any last word. */
  rewrite: z.enum(["none", "stated", "loose"]),
  /** Most rows taken of it; null: all. */
  cap: z.number().int().positive().nullable(),
  /** Times that each of its rows is taken. */
  repeat: z.number().int().min(1).max(8),
});
export type SourcePlan = Readonly<z.infer<typeof sourcePlanSchema>>;

const operationsSchema = z.strictObject({
  /** Drop rows with an e-mail address, a telephone or card number. */
  personalData: z.boolean(),
  /** Drop rows whose completion is not in the asked format, after rewriting. */
  formatFilter: z.boolean(),
  /** Drop rows that give the answer without steps, where others show them. */
  dropDirect: z.boolean(),
  /** Drop rows with a false relation between numbers (a+b=c, x>y). */
  arithmetic: z.boolean(),
  /** Drop rows whose reasoning misquotes the prompt, where quoting is usual. */
  evidence: z.boolean(),
  /** Ask of all rows what holds for nearly all rows of the trusted sources; null: don't. */
  invariants: z
    .strictObject({ trusted: z.array(z.string()).min(1), threshold: z.number().min(0.5).max(1) })
    .nullable(),
  /** What happens to prompts with several answers. */
  conflicts: z.enum(["keep", "majority", "drop"]),
  /** Drop rows outvoted by rows of the same shape, request or wording. */
  votes: z.boolean(),
  dedupe: z.enum(["none", "exact", "normalized"]),
  /** Most rows per normalized prompt; null: no cap. */
  promptCap: z.number().int().positive().nullable(),
  /** Drop rows that are so many times as long as the median row; null: don't. */
  lengthOutliers: z.number().min(1).nullable(),
  /** Most characters of a row; null: no limit. */
  maxCharacters: z.number().int().positive().nullable(),
  /** Cap of each label, in multiples of the median label's count; null: labels stay as they are. */
  balance: z.number().min(1).nullable(),
  /** Repeat rows of kinds of prompts that are rarer than in the trusted sources, at most `most` times; null: don't. */
  mix: z
    .strictObject({ trusted: z.array(z.string()).min(1), most: z.number().int().min(2).max(8) })
    .nullable(),
  /** Most rows in all; null: no cap. */
  maxRows: z.number().int().positive().nullable(),
  /** Most rows read of each source; null: all. */
  readRows: z.number().int().positive().nullable(),
});
export type Operations = Readonly<z.infer<typeof operationsSchema>>;

/** A strategy as `builtin` writes it down: machine-readable, complete, in the strategy's `notation`. */
export const planSchema = z.strictObject({
  /** Sources taken, the most trusted first: where rows are dropped as duplicates, the first one stays. */
  sources: z.array(sourcePlanSchema),
  operations: operationsSchema,
  train: trainConfigSchema,
});
export type Plan = Readonly<z.infer<typeof planSchema>>;

/** Operations that keep whatever is in the asked format: where every plan starts. */
export const PLAIN_OPERATIONS: Operations = {
  personalData: false,
  formatFilter: true,
  dropDirect: false,
  arithmetic: false,
  evidence: false,
  invariants: null,
  conflicts: "keep",
  votes: false,
  dedupe: "exact",
  promptCap: null,
  lengthOutliers: null,
  maxCharacters: null,
  balance: null,
  mix: null,
  maxRows: null,
  readRows: null,
};

/** Text that is equal for equal plans. */
export function planKey(plan: Plan): string {
  return JSON.stringify(planSchema.parse(plan));
}

/** The plan with some operations changed. */
export function withOperations(plan: Plan, operations: Partial<Operations>): Plan {
  return { ...plan, operations: { ...plan.operations, ...operations } };
}

/** The plan with some training settings changed. */
export function withTraining(plan: Plan, train: Partial<Plan["train"]>): Plan {
  return { ...plan, train: { ...plan.train, ...train } };
}

/** The plan with one source's settings changed. */
export function withSource(plan: Plan, name: string, change: Partial<SourcePlan>): Plan {
  return {
    ...plan,
    sources: plan.sources.map((source) =>
      source.name === name ? { ...source, ...change } : source,
    ),
  };
}

/** Whether the plan checks its rows beyond format and calculations. */
export function isVerified({ operations }: Plan): boolean {
  return operations.invariants !== null || operations.votes;
}
