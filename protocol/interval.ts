import { z } from "zod";

/** A mean with its confidence interval (95% unless stated) over n items. */
export const intervalSchema = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  n: z.number().int().nonnegative(),
});
export type Interval = Readonly<z.infer<typeof intervalSchema>>;

/** A paired difference over the same items: mean, interval, and the bootstrap probability that it is above zero. */
export const pairedDeltaSchema = z.object({
  delta: z.number(),
  low: z.number(),
  high: z.number(),
  probability: z.number(),
  n: z.number().int(),
});
export type PairedDelta = Readonly<z.infer<typeof pairedDeltaSchema>>;
