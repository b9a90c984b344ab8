import { z } from "zod";
import { AGENTS, DOMAINS, TIERS } from "./names.ts";
import { timeoutsSchema } from "./timeouts.ts";

/** What a run may spend. null: no limit. A limit that is reached ends the run after the experiment at hand, with its final test. */
export const budgetSchema = z.strictObject({
  /** Iterations (repairs and confirmations not counted). */
  iterations: z.number().int().min(0).max(1000),
  /** Seconds that jobs hold a device. */
  maxGpuSeconds: z.number().positive().nullable().default(null),
  maxUsd: z.number().positive().nullable().default(null),
  /** Tokens of language model calls, prompt and completion together. */
  maxTokens: z.number().int().positive().nullable().default(null),
  /** Wall seconds since the run began. */
  maxWallSeconds: z.number().positive().nullable().default(null),
  /** Validation score at which the run stops. */
  targetScore: z.number().min(0).max(1).nullable().default(null),
});
export type Budget = Readonly<z.infer<typeof budgetSchema>>;

/** Which parts of ft-agent are switched off. */
export const ablationsSchema = z.strictObject({
  failFast: z.boolean().default(false),
  feedback: z.boolean().default(false),
  memory: z.boolean().default(false),
});
export type Ablations = Readonly<z.infer<typeof ablationsSchema>>;

/** The rule by which a candidate replaces the best. */
export const acceptanceSchema = z.strictObject({
  /** Bootstrap probability, over items, that the candidate is better. @default 0.95 */
  minimumProbability: z.number().min(0.5).max(1).default(0.95),
  /** A gain under this many seed spreads is confirmed with another training seed. @default 2 */
  confirmBelowSpreads: z.number().min(0).default(2),
  /** Resamples of the paired bootstrap. @default 2000 */
  resamples: z.number().int().min(200).default(2000),
});
export type Acceptance = Readonly<z.infer<typeof acceptanceSchema>>;

/** Everything that defines a run; the input of the workflow `agentRun`. */
export const runSpecSchema = z.strictObject({
  id: z.string(),
  study: z.string(),
  task: z.string(),
  domain: z.enum(DOMAINS),
  tier: z.enum(TIERS),
  variant: z.string(),
  agent: z.strictObject({
    name: z.enum(AGENTS),
    /** `builtin`, or a name from the configuration's `backbones`. */
    backbone: z.string(),
    ablations: ablationsSchema,
  }),
  seed: z.number().int().nonnegative(),
  budget: budgetSchema,
  acceptance: acceptanceSchema,
  /** Repairs per iteration after fail-fast validation refuses a submission. */
  maxRepairs: z.number().int().min(0).max(10),
  /** Ask for `approve` before each proposal is implemented. */
  approve: z.boolean(),
  /** Contamination audits of one run whose held-out count is shown. */
  maxAudits: z.number().int().min(1),
  /** Key of the configuration's `baseModels`; null: the card's. */
  baseModel: z.string().nullable(),
  /** Refuse (false) or run (true) code written by a language model where no container or bubblewrap is at hand. */
  allowUnprotected: z.boolean(),
  /** Continue as new after this many iterations; null: when the server suggests it. */
  continueAsNewAfter: z.number().int().positive().nullable(),
  timeouts: timeoutsSchema,
  /** Workflow that is told when the run has closed: its study. @default nobody */
  reportTo: z.string().optional(),
});
export type RunSpec = Readonly<z.infer<typeof runSpecSchema>>;
