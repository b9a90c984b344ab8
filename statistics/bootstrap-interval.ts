import type { Interval } from "../protocol/interval.ts";
import { type BootstrapOptions, FEWEST_CLUSTERS, quantile } from "./bootstrap-options.ts";
import { type ClusteredScores, clusterScores } from "./clustered-scores.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { createRandom } from "./random.ts";
import type { ScoreRow } from "./score-row.ts";
import { studentTQuantile } from "./student-t.ts";

/**
 * Confidence interval of an aggregate of scores in 0..1: BCa bootstrap (Efron 1987) over clusters, stratified by subtask; Student's
 * t under six clusters; 0..1 for a single cluster. Where every cluster has the same score, 0 or 1, which no resample can
 * change, the open end is the exact binomial bound over clusters.
 * @throws RangeError when there are no rows
 */
export function bootstrapInterval(rows: readonly ScoreRow[], options: BootstrapOptions): Interval {
  const scores = clusterScores(rows, options.aggregate);
  const { n, value, clusters } = scores;
  const alpha = 1 - (options.confidence ?? 0.95);
  if (rows.every((row) => row.score === 0)) {
    return { value, low: 0, high: 1 - (alpha / 2) ** (1 / clusters), n };
  }
  if (rows.every((row) => row.score === 1)) {
    return { value, low: (alpha / 2) ** (1 / clusters), high: 1, n };
  }
  if (clusters === 1) return { value, low: 0, high: 1, n };
  if (clusters < FEWEST_CLUSTERS) {
    const margin = scores.standardError() * studentTQuantile(1 - alpha / 2, clusters - 1);
    return { value, low: Math.max(0, value - margin), high: Math.min(1, value + margin), n };
  }
  const random = createRandom(options.seed);
  const means = Float64Array.from({ length: options.resamples ?? 2000 }, () =>
    scores.resample(random),
  ).sort();
  const shift = bcaShift(scores, means);
  return {
    value,
    low: quantile(means, shift(alpha / 2)),
    high: quantile(means, shift(1 - alpha / 2)),
    n,
  };
}

/** Maps a share of the normal to the share of the resamples that BCa takes for it. */
function bcaShift(scores: ClusteredScores, sorted: Float64Array): (share: number) => number {
  let below = 0;
  for (const mean of sorted) below += mean < scores.value ? 1 : mean === scores.value ? 0.5 : 0;
  const bias = normalQuantile(below / sorted.length);
  const left = scores.jackknife();
  const centre = left.reduce((sum, mean) => sum + mean, 0) / left.length;
  let squares = 0;
  let cubes = 0;
  for (const mean of left) {
    squares += (centre - mean) ** 2;
    cubes += (centre - mean) ** 3;
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  if (!Number.isFinite(bias)) return (share) => share;
  return (share) => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
}
