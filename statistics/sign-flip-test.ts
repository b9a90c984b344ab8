import { createRandom } from "./random.ts";

/** One-sided p-values of a mean of paired differences. */
export interface SignFlipTest {
  /** Probability of a mean this low or lower. */
  readonly less: number;
  /** Probability of a mean this high or higher. */
  readonly greater: number;
  /** Whether all sign patterns were counted. */
  readonly exact: boolean;
}

/** Differences up to which all 2^n patterns are counted: a million take some milliseconds. */
const EXACT_UP_TO = 20;

/** Two means count as equal within this share of the sum of absolute differences: they are sums in another order. */
const ROUNDING = 1e-12;

/**
 * Fisher's randomization test of paired differences: under the null their signs are a matter of chance, so the mean is compared
 * with the means under all sign patterns (up to 20 differences; beyond, under `draws` random patterns, the observed one counted
 * among them, after Phipson and Smyth 2010). Valid at every size for differences that are symmetric about zero under the null.
 * @throws RangeError when there are no differences
 */
export function signFlipTest(
  differences: readonly number[],
  { draws = 20_000, seed = 0 }: { readonly draws?: number; readonly seed?: number } = {},
): SignFlipTest {
  if (differences.length === 0) throw new RangeError("a test needs differences");
  const observed = differences.reduce((sum, each) => sum + each, 0);
  const slack = ROUNDING * differences.reduce((sum, each) => sum + Math.abs(each), 0);
  let less = 0;
  let greater = 0;
  const count = (sum: number): void => {
    if (sum <= observed + slack) less += 1;
    if (sum >= observed - slack) greater += 1;
  };
  const n = differences.length;
  if (n <= EXACT_UP_TO) {
    const patterns = 2 ** n;
    // In the order of a Gray code neighbours differ in one sign.
    const signs = new Int8Array(n).fill(1);
    let sum = observed;
    count(sum);
    for (let pattern = 1; pattern < patterns; pattern++) {
      const at = 31 - Math.clz32(pattern & -pattern);
      signs[at] = -(signs[at] ?? 1);
      sum += 2 * (signs[at] ?? 1) * (differences[at] ?? 0);
      count(sum);
    }
    return { less: less / patterns, greater: greater / patterns, exact: true };
  }
  const random = createRandom(seed);
  count(observed);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let at = 0; at < n; at += 32) {
      let bits = random.next();
      for (let i = at; i < Math.min(n, at + 32); i++) {
        sum += bits & 1 ? (differences[i] ?? 0) : -(differences[i] ?? 0);
        bits >>>= 1;
      }
    }
    count(sum);
  }
  return { less: less / (draws + 1), greater: greater / (draws + 1), exact: false };
}
