import type { Aggregate } from "./score-row.ts";

/** What a bootstrap needs besides its rows. */
export interface BootstrapOptions {
  /** Seed of the resampling; the same seed gives the same figures. */
  readonly seed: number;
  /** @default 2000 */
  readonly resamples?: number;
  /** Confidence of the interval. @default 0.95 */
  readonly confidence?: number;
  /** @default "items" */
  readonly aggregate?: Aggregate;
}

/** From this many clusters on intervals come from the bootstrap; below it covers too little (75% of 95% over three) and t is used. */
export const FEWEST_CLUSTERS = 6;

/** The value at a share of a sorted sample, by linear interpolation (type 7, the default of R and numpy). */
export function quantile(sorted: Float64Array, share: number): number {
  const position = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] as number;
  const above = sorted[Math.ceil(position)] as number;
  return below + (above - below) * (position - Math.floor(position));
}
