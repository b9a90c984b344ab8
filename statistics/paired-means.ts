import { FEWEST_CLUSTERS, quantile } from "./bootstrap-options.ts";
import { createRandom } from "./random.ts";
import { signFlipTest } from "./sign-flip-test.ts";
import { studentTQuantile } from "./student-t.ts";

/** A difference between two variants on one task with one seed. */
export interface TaskDifference {
  readonly task: string;
  readonly difference: number;
}

/** A mean of paired differences with its interval and test, and how they were made. */
export interface PairedMean {
  /** Mean over tasks of the means over seeds: every task weighs the same. */
  readonly value: number;
  /** 95% interval; both ends at the value where there is one difference. */
  readonly low: number;
  readonly high: number;
  readonly tasks: number;
  readonly pairs: number;
  /** Two-sided sign-flip test over `unit`. */
  readonly p: number;
  /** What was resampled and flipped: tasks where there are several, else seeds. */
  readonly unit: "tasks" | "seeds";
  /** `bootstrap`: percentile over units, from six on; `t`: Student's t below; `none`: one unit. */
  readonly interval: "bootstrap" | "t" | "none";
}

const RESAMPLES = 10_000;

/**
 * Paired mean over tasks x seeds. Tasks are the clusters: runs on one task share its items and its difficulty, so that more seeds
 * on the same tasks say nothing about other tasks. With one task the statement is about that task, over seeds. Under six units a
 * percentile bootstrap would be too narrow (over three it covers 75% where it claims 95%): Student's t there.
 * @throws RangeError when there are no differences
 */
export function pairedMean(differences: readonly TaskDifference[], seed = 0): PairedMean {
  if (differences.length === 0) throw new RangeError("a mean needs differences");
  const byTask = [...Map.groupBy(differences, ({ task }) => task).values()].map((group) =>
    average(group.map(({ difference }) => difference)),
  );
  const unit = byTask.length > 1 ? "tasks" : "seeds";
  const units = unit === "tasks" ? byTask : differences.map(({ difference }) => difference);
  const value = average(units);
  const { less, greater } = signFlipTest(units, { seed });
  const p = Math.min(1, 2 * Math.min(less, greater));
  const about = { value, tasks: byTask.length, pairs: differences.length, p, unit } as const;
  if (units.length === 1) return { ...about, low: value, high: value, interval: "none" };
  if (units.length < FEWEST_CLUSTERS) {
    const variance = units.reduce((sum, each) => sum + (each - value) ** 2, 0) / (units.length - 1);
    const half = studentTQuantile(0.975, units.length - 1) * Math.sqrt(variance / units.length);
    return { ...about, low: value - half, high: value + half, interval: "t" };
  }
  const random = createRandom(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let at = 0; at < units.length; at++) sum += units[random.below(units.length)] ?? 0;
    return sum / units.length;
  }).sort();
  return {
    ...about,
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    interval: "bootstrap",
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
