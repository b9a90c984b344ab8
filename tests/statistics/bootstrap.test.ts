import { describe, expect, test } from "vitest";
import { averageSeeds } from "../../statistics/average-seeds.ts";
import { bootstrapInterval } from "../../statistics/bootstrap-interval.ts";
import { clusterScores } from "../../statistics/clustered-scores.ts";
import { pairedBootstrap } from "../../statistics/paired-bootstrap.ts";
import { createRandom } from "../../statistics/random.ts";
import type { ScoreRow } from "../../statistics/score-row.ts";

function rowsOf(scores: readonly number[], extra: Partial<ScoreRow> = {}): ScoreRow[] {
  return scores.map((score, index) => ({
    item: `i${index}`,
    subtask: "s",
    cluster: null,
    score,
    ...extra,
  }));
}

const repeat = (score: number, times: number): number[] => new Array(times).fill(score);

describe("interval of one experiment", () => {
  // scipy.stats.bootstrap((x,), numpy.mean, n_resamples=200000, method="BCa", random_state=1).confidence_interval
  test.for([
    ["5 of 60 right", [...repeat(0, 55), ...repeat(1, 5)], 1 / 12, 0.0333, 0.1833, 0.017],
    [
      "12 graded scores",
      [0.1, 0.9, 0.35, 0.5, 0.62, 0.05, 0.97, 0.33, 0.48, 0.2, 0.71, 0.12],
      0.444167,
      0.290833,
      0.625833,
      0.006,
    ],
  ] as const)("%s: as scipy's BCa", ([, scores, value, low, high, tolerance]) => {
    const interval = bootstrapInterval(rowsOf(scores), { seed: 3, resamples: 20_000 });
    expect(interval.value).toBeCloseTo(value, 5);
    expect(Math.abs(interval.low - low)).toBeLessThan(tolerance);
    expect(Math.abs(interval.high - high)).toBeLessThan(tolerance);
    expect(interval.n).toBe(scores.length);
  });

  test("under six clusters: Student's t, within 0..1", () => {
    // scipy.stats.t.interval(0.95, 3, loc=x.mean(), scale=scipy.stats.sem(x))
    const interval = bootstrapInterval(rowsOf([0.2, 0.5, 0.4, 0.9]), { seed: 1 });
    expect(interval.low).toBeCloseTo(0.03155658769676173, 9);
    expect(interval.high).toBeCloseTo(0.9684434123032383, 9);
    expect(bootstrapInterval(rowsOf([0.2, 0.9]), { seed: 1 })).toMatchObject({ low: 0, high: 1 });
    expect(bootstrapInterval(rowsOf([0.5]), { seed: 1 })).toMatchObject({ low: 0, high: 1 });
  });

  test("all wrong or all right still leaves a doubt: the exact binomial bound", () => {
    // scipy.stats.binomtest(0, 40).proportion_ci() and (40, 40)
    const wrong = bootstrapInterval(rowsOf(repeat(0, 40)), { seed: 1 });
    expect(wrong).toMatchObject({ value: 0, low: 0 });
    expect(wrong.high).toBeCloseTo(0.08809730287880335, 9);
    const right = bootstrapInterval(rowsOf(repeat(1, 40)), { seed: 1 });
    expect(right.low).toBeCloseTo(0.9119026971211966, 9);
    // Forty items of four sources are four observations.
    const sources = rowsOf(repeat(0, 40)).map((row, index) => ({
      ...row,
      cluster: `c${index % 4}`,
    }));
    expect(bootstrapInterval(sources, { seed: 1 }).high).toBeGreaterThan(0.5);
  });

  test("items that share a source are resampled together, so the interval is wider", () => {
    const random = createRandom(5);
    const scores = Array.from({ length: 30 }, () => random.below(2)).flatMap((score) =>
      repeat(score, 10),
    );
    const alone = bootstrapInterval(rowsOf(scores), { seed: 1 });
    const shared = bootstrapInterval(
      rowsOf(scores).map((row, index) => ({ ...row, cluster: `c${Math.floor(index / 10)}` })),
      { seed: 1 },
    );
    const ratio = (shared.high - shared.low) / (alone.high - alone.low);
    expect(ratio).toBeGreaterThan(Math.sqrt(10) * 0.85);
    expect(ratio).toBeLessThan(Math.sqrt(10) * 1.15);
  });

  test("strata take out the difference between subtasks", () => {
    const easy = rowsOf([...repeat(1, 48), ...repeat(0, 2)], { subtask: "easy" });
    const hard = rowsOf([...repeat(1, 2), ...repeat(0, 48)], { subtask: "hard" });
    const rows = [...easy, ...hard].map((row) => ({ ...row, item: `${row.subtask}/${row.item}` }));
    const stratified = bootstrapInterval(rows, { seed: 1 });
    const pooled = bootstrapInterval(
      rows.map((row) => ({ ...row, subtask: "one" })),
      { seed: 1 },
    );
    expect(stratified.high - stratified.low).toBeLessThan((pooled.high - pooled.low) / 2);
  });

  test("the mean over subtasks counts a small subtask like a large one", () => {
    const rows = [
      ...rowsOf(repeat(1, 90), { subtask: "large" }),
      ...rowsOf(repeat(0, 10), { subtask: "small" }).map((row) => ({
        ...row,
        item: `s${row.item}`,
      })),
    ];
    expect(bootstrapInterval(rows, { seed: 1, aggregate: "items" }).value).toBe(0.9);
    expect(bootstrapInterval(rows, { seed: 1, aggregate: "subtasks" }).value).toBe(0.5);
  });

  test("a source over several subtasks stays whole", () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      item: `i${index}`,
      subtask: index % 2 === 0 ? "a" : "b",
      cluster: `c${Math.floor(index / 2)}`,
      score: index % 4 < 2 ? 1 : 0,
    }));
    const scores = clusterScores(rows, "subtasks");
    expect(scores.clusters).toBe(20);
    const random = createRandom(2);
    // Both subtasks of a cluster have one score, so both means of every resample are equal multiples of 1/20.
    for (let draw = 0; draw < 50; draw += 1) {
      const twenty = scores.resample(random) * 20;
      expect(Math.abs(twenty - Math.round(twenty))).toBeLessThan(1e-9);
    }
  });

  test("95% intervals cover the truth about 95% of the time", () => {
    const random = createRandom(11);
    let covered = 0;
    const worlds = 300;
    for (let world = 0; world < worlds; world += 1) {
      const scores = Array.from({ length: 80 }, () => (random.next() < 0.3 * 2 ** 32 ? 1 : 0));
      const { low, high } = bootstrapInterval(rowsOf(scores), { seed: world, resamples: 400 });
      if (low <= 0.3 && 0.3 <= high) covered += 1;
    }
    expect(covered / worlds).toBeGreaterThan(0.91);
    expect(covered / worlds).toBeLessThan(0.985);
  });

  test("the same seed gives the same interval, and no rows are an error", () => {
    const rows = rowsOf([...repeat(0, 20), ...repeat(1, 30)]);
    expect(bootstrapInterval(rows, { seed: 9 })).toEqual(bootstrapInterval(rows, { seed: 9 }));
    expect(() => bootstrapInterval([], { seed: 1 })).toThrow(RangeError);
  });
});

describe("paired difference", () => {
  const a = [...repeat(1, 40), ...repeat(0, 20)];
  const b = [...repeat(1, 30), ...repeat(0, 10), ...repeat(1, 5), ...repeat(0, 15)];

  test("as scipy's percentile bootstrap of the differences", () => {
    // d = a - b; scipy.stats.bootstrap((d,), numpy.mean, n_resamples=200000, method="percentile", random_state=1)
    const delta = pairedBootstrap(
      { candidate: rowsOf(a), incumbent: rowsOf(b).reverse() },
      { seed: 4, resamples: 20_000 },
    );
    expect(delta.delta).toBeCloseTo(1 / 12, 12);
    expect(Math.abs(delta.low - -0.0333333)).toBeLessThan(0.017);
    expect(Math.abs(delta.high - 0.2166667)).toBeLessThan(0.017);
    expect(Math.abs(delta.probability - 0.881995)).toBeLessThan(0.01);
    expect(delta.n).toBe(60);
  });

  test("under six clusters: Student's t", () => {
    // scipy.stats.ttest_1samp(d, 0, alternative="greater") with d = [.1, .3, 0, .25]: 1 - p; scipy.stats.t.interval
    const delta = pairedBootstrap(
      { candidate: rowsOf([0.1, 0.3, 0, 0.25]), incumbent: rowsOf(repeat(0, 4)) },
      { seed: 1 },
    );
    expect(delta.low).toBeCloseTo(-0.05659434424125026, 9);
    expect(delta.high).toBeCloseTo(0.38159434424125027, 9);
    expect(delta.probability).toBeCloseTo(0.9503174813249813, 9);
  });

  test("equal sides are no gain", () => {
    for (const length of [1, 4, 60]) {
      const rows = rowsOf(a.slice(0, length));
      expect(pairedBootstrap({ candidate: rows, incumbent: rows }, { seed: 1 })).toMatchObject({
        delta: 0,
        probability: 0,
      });
    }
    const tenths = rowsOf(repeat(0.1 + 0.2, 10));
    expect(
      pairedBootstrap({ candidate: tenths, incumbent: rowsOf(repeat(0.3, 10)) }, { seed: 1 }),
    ).toMatchObject({ delta: 0, probability: 0 });
  });

  test("one source says nothing, however many items it has", () => {
    const one = (score: number) => rowsOf(repeat(score, 50), { cluster: "c" });
    expect(pairedBootstrap({ candidate: one(1), incumbent: one(0) }, { seed: 1 })).toEqual({
      delta: 1,
      low: -1,
      high: 1,
      probability: 0.5,
      n: 50,
    });
  });

  test("a clear gain is certain, its mirror image hopeless", () => {
    const better = rowsOf(repeat(1, 60));
    const options = { seed: 1 };
    const gain = pairedBootstrap({ candidate: better, incumbent: rowsOf(b) }, options);
    const loss = pairedBootstrap({ candidate: rowsOf(b), incumbent: better }, options);
    expect(gain.probability).toBe(1);
    expect(loss.probability).toBe(0);
    expect(loss.delta).toBe(-gain.delta);
  });

  test("sides with different items are refused by name", () => {
    const sides = { candidate: rowsOf([1, 0]), incumbent: rowsOf([1, 0, 1]) };
    expect(() => pairedBootstrap(sides, { seed: 1 })).toThrow(/different items: 2 against 3/);
    const renamed = rowsOf([1, 0]).map((row) => ({ ...row, item: `x${row.item}` }));
    expect(() =>
      pairedBootstrap({ candidate: rowsOf([1, 0]), incumbent: renamed }, { seed: 1 }),
    ).toThrow(/no score for item i0/);
  });
});

describe("several training seeds", () => {
  test("an item's score is its mean over the seeds", () => {
    const averaged = averageSeeds([rowsOf([1, 0, 1]), rowsOf([1, 0, 0]).reverse()]);
    expect(averaged.map((row) => row.score)).toEqual([1, 0, 0.5]);
    expect(averaged.map((row) => row.item)).toEqual(["i0", "i1", "i2"]);
  });

  test("experiments over different items are refused", () => {
    expect(() => averageSeeds([])).toThrow(/no experiments/);
    expect(() => averageSeeds([rowsOf([1]), rowsOf([1, 0])])).toThrow(/1 against 2/);
  });
});
