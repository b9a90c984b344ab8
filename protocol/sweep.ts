import { z } from "zod";

/**
 * What the gate says of a night. `pass`: no loss that noise would not explain; `gain`: better; `first`: too few accepted nights
 * before it; `regression`: worse; `incomplete`: runs are missing or failed. The last two are a no.
 */
export const GATE_VERDICTS = ["pass", "gain", "first", "regression", "incomplete"] as const;
export type GateVerdict = (typeof GATE_VERDICTS)[number];

/** Whether a verdict is a yes: the night is accepted and joins the baseline. */
export function isAccepted(verdict: GateVerdict): boolean {
  return verdict === "pass" || verdict === "gain" || verdict === "first";
}

/** One variant on one task: test scores, mean over seeds, and over the nights of the baseline. */
const comparisonSchema = z.strictObject({
  task: z.string(),
  variant: z.string(),
  seeds: z.number().int(),
  baseline: z.number(),
  night: z.number(),
  difference: z.number(),
});

/** The gate's judgement of one night. */
export const judgementSchema = z.strictObject({
  sweep: z.string(),
  /** Name of the night's study. */
  study: z.string(),
  verdict: z.enum(GATE_VERDICTS),
  /** Why, in a sentence with figures. */
  reason: z.string(),
  /** Difference to the baseline, mean over cells, with its interval and one-sided p-values; null: nothing to compare. */
  difference: z
    .strictObject({
      value: z.number(),
      low: z.number(),
      high: z.number(),
      n: z.number().int(),
      /** Of a mean this low or lower, were signs a matter of chance. */
      pLoss: z.number(),
      pGain: z.number(),
    })
    .nullable(),
  effect: z.number(),
  level: z.number(),
  /** Studies of the accepted nights that made the baseline. */
  baseline: z.array(z.string()),
  /** Cells without a result that counts, with the reason. */
  missing: z.array(z.strictObject({ cell: z.string(), reason: z.string() })),
  comparisons: z.array(comparisonSchema),
});
export type Judgement = Readonly<z.infer<typeof judgementSchema>>;

/** A night as the store keeps it. */
export interface NightRecord {
  readonly sweep: string;
  readonly study: string;
  readonly startedAt: string;
  /** null: the night is still running. */
  readonly judgement: Judgement | null;
}
