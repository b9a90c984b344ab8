import { type SignFlipTest, signFlipTest } from "./sign-flip-test.ts";
import { studentTCdf, studentTQuantile } from "./student-t.ts";

/** A night's result beside the baseline's for the same task, variant and seed. */
export interface GatePair {
  readonly night: number;
  /** Mean over the nights of the baseline. */
  readonly baseline: number;
}

/** What the gate found. */
export interface GateFinding {
  readonly verdict: "pass" | "gain" | "regression";
  /** Mean difference with its 95% interval (Student's t over pairs; both ends at the mean for one pair). */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number };
  readonly test: SignFlipTest;
  readonly n: number;
  /** Chance to call a loss of `effect` a regression, given the scatter of these differences (noncentral t, normal approximation). */
  readonly power: number;
  /** Pairs that would be needed for a power of 0.8; null: they do not scatter, there are too few to tell, or it is more than ten thousand. */
  readonly pairsNeeded: number | null;
}

/** Power that a gate should have at its effect. */
export const WANTED_POWER = 0.8;

/**
 * Whether a night is worse than its baseline: a paired one-sided sign-flip test over pairs, so that a night without any change is
 * called a regression with probability `level` at most. A loss under half the effect is no regression however certain it is: it
 * is of no concern, and would stop every night after it. The same holds for gains.
 * @throws RangeError when there are no pairs
 */
export function regressionGate(
  pairs: readonly GatePair[],
  settings: { readonly effect: number; readonly level: number; readonly seed?: number },
): GateFinding {
  const differences = pairs.map(({ night, baseline }) => night - baseline);
  const n = differences.length;
  const test = signFlipTest(differences, { seed: settings.seed ?? 0 });
  const mean = differences.reduce((sum, each) => sum + each, 0) / n;
  const deviation = Math.sqrt(
    differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, n - 1),
  );
  const error = deviation / Math.sqrt(n);
  const half = n > 1 ? studentTQuantile(0.975, n - 1) * error : 0;
  const concern = settings.effect / 2;
  const verdict =
    test.less <= settings.level && mean < -concern
      ? "regression"
      : test.greater <= settings.level && mean > concern
        ? "gain"
        : "pass";
  return {
    verdict,
    difference: { value: mean, low: mean - half, high: mean + half },
    test,
    n,
    power: powerOf({ n, deviation, ...settings }),
    pairsNeeded: pairsNeeded({ n, deviation, ...settings }),
  };
}

/**
 * Power of the one-sided test at a loss of `effect`, by the t test that the sign-flip test approaches: the noncentral t's upper
 * tail in the normal approximation of its noncentrality (Cohen 1988, chapter 2). Below the size at which any sign pattern is rarer
 * than `level` it is 0.
 */
function powerOf(of: {
  readonly n: number;
  readonly deviation: number;
  readonly effect: number;
  readonly level: number;
}): number {
  const { n, deviation, effect, level } = of;
  if (n < 2 || 2 ** -n > level) return 0;
  if (deviation === 0) return 1;
  const shift = (effect / deviation) * Math.sqrt(n);
  return 1 - studentTCdf(studentTQuantile(1 - level, n - 1) - shift, n - 1);
}

/** Beyond this nobody asks for the number. */
const MOST_PAIRS = 10_000;

function pairsNeeded(of: {
  readonly n: number;
  readonly deviation: number;
  readonly effect: number;
  readonly level: number;
}): number | null {
  if (of.n < 3 || of.deviation === 0) return null;
  const enough = (n: number): boolean => powerOf({ ...of, n }) >= WANTED_POWER;
  let high = 2;
  while (!enough(high)) {
    if (high > MOST_PAIRS) return null;
    high *= 2;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
