import { normalQuantile } from "./normal.ts";
import { studentTCdf, studentTQuantile } from "./student-t.ts";

/** Beyond this nobody asks. */
const MOST = 10_000;

/**
 * Pairs (seeds on one task, or tasks) that a two-sided paired t test needs to see a mean difference of `effect`, whose differences
 * have the standard deviation `deviation`: the smallest n whose power, by the noncentral t in its normal approximation, is enough
 * (Cohen 1988, chapter 2). 2 where nothing scatters; null: more than ten thousand.
 * @throws RangeError where effect is not positive
 */
export function pairsNeeded(options: {
  readonly effect: number;
  readonly deviation: number;
  /** @default 0.05 */
  readonly level?: number;
  /** @default 0.8 */
  readonly power?: number;
}): number | null {
  const { effect, deviation, level = 0.05, power = 0.8 } = options;
  if (!(effect > 0)) throw new RangeError("the effect must be positive");
  if (deviation === 0) return 2;
  const z = normalQuantile(1 - level / 2) + normalQuantile(power);
  // The normal approximation is a lower bound to start from.
  for (let n = Math.max(2, Math.floor(((z * deviation) / effect) ** 2)); n <= MOST; n++) {
    if (powerOfPairs({ effect, deviation, level, n }) >= power) return n;
  }
  return null;
}

/** Power of a two-sided paired t test with n pairs; the far tail is left out. */
export function powerOfPairs(options: {
  readonly effect: number;
  readonly deviation: number;
  readonly level: number;
  readonly n: number;
}): number {
  const { effect, deviation, level, n } = options;
  const shift = (effect / deviation) * Math.sqrt(n);
  return 1 - studentTCdf(studentTQuantile(1 - level / 2, n - 1) - shift, n - 1);
}

/**
 * Level for the k-th look at data that grow (k from 1): level / (k (k + 1)). The levels of all looks, however many, sum to `level`,
 * so that looking again and again finds a difference where there is none with probability `level` at most (union bound).
 */
export function levelOfLook(level: number, look: number): number {
  return level / (look * (look + 1));
}
