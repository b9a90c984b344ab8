import { z } from "zod";
import { DOMAINS } from "./names.ts";

const sourceSchema = z.strictObject({
  name: z.string(),
  file: z.string(),
  description: z.string(),
  licence: z.string(),
  /** Name of the text field that holds the prompt in this source's rows. */
  promptField: z.string(),
  completionField: z.string(),
});

const limitsSchema = z.strictObject({
  /** CPU seconds that one curation may use. */
  curationCpuSeconds: z.number().positive(),
  curationMemoryMb: z.number().positive(),
  /** Size of everything that curation writes, in megabytes (10^6 bytes). */
  outputMegabytes: z.number().positive(),
  /** Rows of curated data. */
  maxRows: z.number().int().positive(),
  /** Optimizer steps of one training. */
  maxSteps: z.number().int().positive(),
  /** Tokens of curated data (each row once). */
  maxTokens: z.number().int().positive(),
});
export type TaskLimits = Readonly<z.infer<typeof limitsSchema>>;

const tierSchema = z.strictObject({
  /** jinja2 template of the prompt, rendered from an item's `input` alone. */
  template: z.string(),
  /** Key of `baseModels` in the configuration. */
  baseModel: z.string(),
  /** Tokens of prompt and completion together. */
  contextLength: z.number().int().positive(),
  maxNewTokens: z.number().int().positive(),
  /** The card's sub-tasks that occur on this tier; left out: all of them. */
  subtasks: z.array(z.string()).min(1).optional(),
  splits: z.strictObject({
    dev: z.number().int().positive(),
    validation: z.number().int().positive(),
    test: z.number().int().positive(),
  }),
  /**
   * Answers are sampled at this temperature instead of greedily, and each item of the test stands in it so many times, one
   * sample each, as one cluster: for tests of few items. Left out: greedy, once.
   */
  sampling: z
    .strictObject({
      temperature: z.number().positive().max(2),
      perTestItem: z.number().int().positive(),
    })
    .optional(),
  sources: z.array(sourceSchema).min(1),
  limits: limitsSchema,
});
export type TaskTier = Readonly<z.infer<typeof tierSchema>>;

/** A task's card, `task.yaml`: what an agent, an operator and the scorer must know of it. */
export const taskCardSchema = z.strictObject({
  id: z.string(),
  domain: z.enum(DOMAINS),
  title: z.string(),
  description: z.string(),
  answerFormat: z.string(),
  /** Regular expression (searched, valid in Python and JavaScript) that a completion in the right format matches. */
  answerPattern: z.string(),
  /** How a bare answer is written: literal text with the placeholder `{answer}`. */
  answerTemplate: z.string(),
  /** The closed set of labels, or null for open answers. */
  answerLabels: z.array(z.string()).nullable(),
  /** Set where predictions are programs that run in a sandbox before they are scored: `charts` draw one each. */
  executes: z.enum(["charts"]).optional(),
  metric: z.strictObject({ name: z.string(), description: z.string() }),
  subtasks: z.array(z.string()).min(1),
  errorClasses: z.record(z.string(), z.string()),
  /** What the splits are disjoint by. */
  key: z.string(),
  /** What the contamination audit compares beside the rendered prompts: molecules, reactions by their components, tables by their cells. @default [text] */
  audit: z
    .array(z.enum(["text", "molecules", "reactions", "tables"]))
    .min(1)
    .optional(),
  /** What training data must not hold. The audit counts and drops rows that break it; above a small share the experiment fails. */
  constraints: z
    .strictObject({
      /** E-mail addresses, telephone and card numbers. */
      personalData: z.enum(["forbidden", "allowed"]).default("allowed"),
    })
    .optional(),
  /** Path into an item (`input.table`) of what several items share: they are resampled together. Left out: the item's `cluster`, if any. */
  clusterBy: z.string().optional(),
  /** Standard deviation of the validation score between training seeds, as measured by the ladder. */
  seedSpread: z.number().nonnegative(),
  tiers: z.strictObject({ mini: tierSchema.optional(), full: tierSchema.optional() }),
});
export type TaskCard = Readonly<z.infer<typeof taskCardSchema>>;
