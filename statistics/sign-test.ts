/** Wins, losses and ties of pairs, with the exact two-sided sign test over those that are no ties. */
export interface SignTest {
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Two-sided; 1 where all are ties. */
  readonly p: number;
}

/** Counts signs of differences; under the null a win is as likely as a loss (binomial with one half). */
export function signTest(differences: readonly number[]): SignTest {
  const wins = differences.filter((each) => each > 0).length;
  const losses = differences.filter((each) => each < 0).length;
  const ties = differences.length - wins - losses;
  return { wins, losses, ties, p: twoSided(Math.min(wins, losses), wins + losses) };
}

/** Twice the lower tail of a binomial with one half, at most 1. */
function twoSided(fewer: number, n: number): number {
  let term = 2 ** -n;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}
