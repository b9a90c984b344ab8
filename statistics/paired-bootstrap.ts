import type { PairedDelta } from "../protocol/interval.ts";
import { type BootstrapOptions, FEWEST_CLUSTERS, quantile } from "./bootstrap-options.ts";
import { clusterScores } from "./clustered-scores.ts";
import { createRandom } from "./random.ts";
import type { ScoreRow } from "./score-row.ts";
import { studentTCdf, studentTQuantile } from "./student-t.ts";

/** Differences smaller than this are rounding, not gains. */
const ROUNDING = 1e-12;

/**
 * Difference candidate - incumbent over the same items: its mean, percentile interval, and the share of resamples in which it is
 * above zero. Clusters are resampled within strata of subtasks, both sides together. Under six clusters the interval and the
 * probability are Student's t over clusters; a single cluster says nothing (-1..1, probability 0.5, or 0 where nothing differs).
 * Several training seeds per side: pass each side through `averageSeeds` first.
 * @throws RangeError when there are no rows, or the two sides have different items
 */
export function pairedBootstrap(
  sides: { readonly candidate: readonly ScoreRow[]; readonly incumbent: readonly ScoreRow[] },
  options: BootstrapOptions,
): PairedDelta {
  const scores = clusterScores(differences(sides.candidate, sides.incumbent), options.aggregate);
  const { n, clusters } = scores;
  const delta = Math.abs(scores.value) < ROUNDING ? 0 : scores.value;
  const alpha = 1 - (options.confidence ?? 0.95);
  if (clusters === 1) return { delta, low: -1, high: 1, probability: delta === 0 ? 0 : 0.5, n };
  if (clusters < FEWEST_CLUSTERS) {
    const error = scores.standardError();
    if (error < ROUNDING)
      return { delta, low: delta, high: delta, probability: delta > 0 ? 1 : 0, n };
    const margin = error * studentTQuantile(1 - alpha / 2, clusters - 1);
    const probability = studentTCdf(delta / error, clusters - 1);
    return { delta, low: delta - margin, high: delta + margin, probability, n };
  }
  const random = createRandom(options.seed);
  const means = Float64Array.from({ length: options.resamples ?? 2000 }, () =>
    scores.resample(random),
  ).sort();
  const above = means.reduce((count, mean) => (mean > ROUNDING ? count + 1 : count), 0);
  return {
    delta,
    low: quantile(means, alpha / 2),
    high: quantile(means, 1 - alpha / 2),
    probability: above / means.length,
    n,
  };
}

function differences(candidate: readonly ScoreRow[], incumbent: readonly ScoreRow[]): ScoreRow[] {
  const other = new Map(incumbent.map((row) => [row.item, row.score]));
  if (other.size !== candidate.length || incumbent.length !== candidate.length) {
    throw new RangeError(
      `the two sides have different items: ${candidate.length} against ${incumbent.length}`,
    );
  }
  return candidate.map((row) => {
    const score = other.get(row.item);
    if (score === undefined)
      throw new RangeError(`the incumbent has no score for item ${row.item}`);
    return { ...row, score: row.score - score };
  });
}
