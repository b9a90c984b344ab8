import { quantile } from "./bootstrap-options.ts";
import { createRandom, type Random } from "./random.ts";

/** Scores of one variant: one list of seeds per task. */
export type ScoresByTask = readonly (readonly number[])[];

/** An estimate with its 95% interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/**
 * Interquartile mean over all runs (the mean of the middle half, ends taken in part), with a bootstrap interval over seeds within
 * tasks, after Agarwal et al. 2021 (Deep RL at the Edge of the Statistical Precipice): less tossed about by a single task or run
 * than the mean, and less wasteful than the median. The interval is about these tasks.
 */
export function interquartileMean(scores: ScoresByTask, seed = 0): Estimate {
  return resampled(scores, seed, (each) => middleMean(each.flat()));
}

/**
 * Probability that a run of `a` scores higher than a run of `b` on the same task (ties count half), mean over tasks: the
 * Mann-Whitney statistic per task, after Agarwal et al. 2021. Interval by bootstrap over seeds within tasks, of both.
 */
export function probabilityOfImprovement(a: ScoresByTask, b: ScoresByTask, seed = 0): Estimate {
  const statistic = (left: ScoresByTask, right: ScoresByTask): number =>
    mean(left.map((scores, task) => higher(scores, right[task] ?? [])));
  const random = createRandom(seed);
  const draws = Float64Array.from({ length: RESAMPLES }, () =>
    statistic(redraw(a, random), redraw(b, random)),
  ).sort();
  return {
    value: statistic(a, b),
    low: quantile(draws, 0.025),
    high: quantile(draws, 0.975),
  };
}

/** Share of runs that score at least each threshold, every task weighing the same: the performance profile (Dolan and Moré 2002). */
export function performanceProfile(
  scores: ScoresByTask,
  thresholds: readonly number[],
): readonly number[] {
  return thresholds.map((threshold) =>
    mean(scores.map((runs) => mean(runs.map((score) => (score >= threshold ? 1 : 0))))),
  );
}

function resampled(
  scores: ScoresByTask,
  seed: number,
  statistic: (scores: ScoresByTask) => number,
): Estimate {
  const random = createRandom(seed);
  const draws = Float64Array.from({ length: RESAMPLES }, () =>
    statistic(redraw(scores, random)),
  ).sort();
  return {
    value: statistic(scores),
    low: quantile(draws, 0.025),
    high: quantile(draws, 0.975),
  };
}

function redraw(scores: ScoresByTask, random: Random): ScoresByTask {
  return scores.map((runs) => runs.map(() => runs[random.below(runs.length)] ?? 0));
}

/** Mean of the values between the quartiles; a value that a quartile cuts counts in part. */
function middleMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted.length / 4;
  const high = (3 * sorted.length) / 4;
  let sum = 0;
  sorted.forEach((value, at) => {
    const weight = Math.max(0, Math.min(at + 1, high) - Math.max(at, low));
    sum += weight * value;
  });
  return sum / (high - low);
}

function higher(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += x > y ? 1 : x === y ? 0.5 : 0;
  return sum / (a.length * b.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
