import { describe, expect, test } from "vitest";
import {
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
} from "../../statistics/across-tasks.ts";
import { holm } from "../../statistics/holm.ts";
import { normalQuantile } from "../../statistics/normal.ts";
import { pairedMean } from "../../statistics/paired-means.ts";
import { levelOfLook, pairsNeeded } from "../../statistics/power.ts";
import { createRandom } from "../../statistics/random.ts";
import { signFlipTest } from "../../statistics/sign-flip-test.ts";
import { signTest } from "../../statistics/sign-test.ts";
import { type CellResult, compareStudy } from "../../statistics/study-comparison.ts";
import references from "./references/references.json" with { type: "json" };

describe("beside scipy and statsmodels (references/make.py)", () => {
  test.each(references.signFlip)("the sign-flip test of $values", ({ values, less, greater }) => {
    const found = signFlipTest(values);
    expect(found.less).toBeCloseTo(less, 12);
    expect(found.greater).toBeCloseTo(greater, 12);
  });

  test.each(references.sign)("the sign test of $wins to $losses", ({ wins, losses, p }) => {
    const differences = [...Array(wins).fill(1), ...Array(losses).fill(-1), 0];
    const found = signTest(differences);
    expect(found).toMatchObject({ wins, losses, ties: 1 });
    expect(found.p).toBeCloseTo(p, 12);
  });

  test("Holm's adjustment", () => {
    holm(references.holm.p).forEach((p, at) => {
      expect(p).toBeCloseTo(references.holm.adjusted[at] ?? 0, 12);
    });
  });

  test.each(references.t)("Student's interval of $values", ({ values, low, high }) => {
    const found = pairedMean(values.map((difference, at) => ({ task: `t${at}`, difference })));
    expect(found).toMatchObject({ interval: "t", unit: "tasks" });
    expect(found.low).toBeCloseTo(low, 9);
    expect(found.high).toBeCloseTo(high, 9);
  });

  test.each(references.bootstrap)("the bootstrap interval of $values", ({ values, low, high }) => {
    const found = pairedMean(values.map((difference, at) => ({ task: `t${at}`, difference })));
    expect(found.interval).toBe("bootstrap");
    // Both are resampled: ten thousand draws leave about this much.
    expect(Math.abs(found.low - low)).toBeLessThan(0.006);
    expect(Math.abs(found.high - high)).toBeLessThan(0.006);
  });

  test.each(references.improvement)("probability of improvement", ({ a, b, value }) => {
    expect(probabilityOfImprovement(a, b).value).toBeCloseTo(value, 12);
  });

  test.each(references.trimmed)("the interquartile mean of $values", ({ values, mean }) => {
    expect(interquartileMean([values]).value).toBeCloseTo(mean, 12);
  });

  test.each(references.pairs)("pairs for $effect at $deviation", ({ effect, deviation, n }) => {
    const found = pairsNeeded({ effect, deviation }) ?? 0;
    // The noncentral t in its normal approximation: within one pair.
    expect(Math.abs(found - Math.ceil(n))).toBeLessThanOrEqual(1);
  });
});

describe("a paired mean", () => {
  test("weighs every task the same, and takes tasks for what was sampled", () => {
    const found = pairedMean([
      { task: "a", difference: 0.3 },
      { task: "a", difference: 0.1 },
      { task: "a", difference: 0.2 },
      { task: "b", difference: 0.4 },
    ]);
    expect(found).toMatchObject({ tasks: 2, pairs: 4, unit: "tasks", interval: "t", p: 0.5 });
    expect(found.value).toBeCloseTo(0.3, 12);
  });

  test("of one task is a statement about its seeds; of one pair it has no interval", () => {
    const one = (values: number[]) =>
      pairedMean(values.map((difference) => ({ task: "a", difference })));
    expect(one([0.1, 0.2, 0.3])).toMatchObject({ unit: "seeds", interval: "t", pairs: 3 });
    expect(one([0.1])).toMatchObject({ interval: "none", low: 0.1, high: 0.1, p: 1 });
    expect(() => one([])).toThrow(RangeError);
  });

  test("covers the truth about as often as it claims, over few and many tasks", () => {
    const random = createRandom(7);
    const normal = () => normalQuantile((random.next() + 0.5) / 2 ** 32);
    for (const [tasks, least] of [
      [3, 0.93],
      [13, 0.88],
    ] as const) {
      const rounds = tasks === 3 ? 1000 : 150;
      let covered = 0;
      for (let round = 0; round < rounds; round++) {
        const differences = Array.from({ length: tasks }, (_, task) => ({
          task: `t${task}`,
          difference: 0.1 + 0.05 * normal(),
        }));
        const { low, high } = pairedMean(differences, round);
        if (low <= 0.1 && 0.1 <= high) covered += 1;
      }
      expect(covered / rounds).toBeGreaterThan(least);
    }
  });
});

test("a performance profile falls from one to nothing, tasks weighing the same", () => {
  const scores = [[0.2, 0.4], [0.9]];
  expect(performanceProfile(scores, [0, 0.3, 0.5, 1])).toEqual([1, 0.75, 0.5, 0]);
});

test("looking again and again finds a difference where there is none no more often than the level", () => {
  const random = createRandom(11);
  const normal = () => normalQuantile((random.next() + 0.5) / 2 ** 32);
  let naive = 0;
  let spent = 0;
  for (let round = 0; round < 400; round++) {
    const values: number[] = [];
    let alarmed = false;
    let alarmedNaively = false;
    for (let look = 1; look <= 5; look++) {
      for (let i = 0; i < 3; i++) values.push(normal());
      const { less, greater } = signFlipTest(values);
      const p = 2 * Math.min(less, greater);
      alarmed ||= p <= levelOfLook(0.05, look);
      alarmedNaively ||= p <= 0.05;
    }
    naive += Number(alarmedNaively);
    spent += Number(alarmed);
  }
  expect(naive / 400).toBeGreaterThan(0.07);
  expect(spent / 400).toBeLessThanOrEqual(0.05);
});

describe("a study's comparison", () => {
  const cells = (score: (variant: string, task: number, seed: number) => number): CellResult[] =>
    ["ours", "theirs", "base"].flatMap((variant) =>
      [0, 1, 2, 3, 4, 5, 6].flatMap((task) =>
        [1, 2, 3].map((seed) => ({
          task: `t${task}`,
          variant,
          seed,
          score: score(variant, task, seed),
          note: null,
        })),
      ),
    );
  const better = cells(
    (variant, task, seed) =>
      ({ ours: 0.6, theirs: 0.5, base: 0 })[variant as "ours"] + task / 100 + seed / 1000,
  );

  test("ranks variants, pairs them by task and seed, and adjusts for the number of comparisons", () => {
    const found = compareStudy(better);
    expect(found.variants.map(({ variant, runs, tasks }) => [variant, runs, tasks])).toEqual([
      ["ours", 21, 7],
      ["theirs", 21, 7],
      ["base", 21, 7],
    ]);
    const [first] = found.comparisons;
    expect(first).toMatchObject({
      a: "ours",
      b: "theirs",
      byTask: { wins: 7, losses: 0, ties: 0 },
      improvement: { value: 1 },
    });
    expect(first?.difference.value).toBeCloseTo(0.1, 12);
    expect(first?.difference.p).toBeCloseTo(2 / 128, 12);
    expect(first?.adjustedP).toBeCloseTo(6 / 128, 12);
  });

  test("says what it left out and why, and what counts in a special way", () => {
    const [first, second, ...rest] = better;
    if (first === undefined || second === undefined) throw new Error("there are cells");
    const found = compareStudy([
      { ...first, score: null, note: "steered" },
      { ...second, note: "failed: counted as the base model" },
      ...rest,
    ]);
    expect(found.excluded).toEqual([{ cell: "t0/ours/s1", reason: "steered" }]);
    expect(found.noted).toEqual([
      { cell: "t0/ours/s2", note: "failed: counted as the base model" },
    ]);
    expect(found.variants.find(({ variant }) => variant === "ours")?.runs).toBe(20);
    expect(found.comparisons[0]?.difference.pairs).toBe(20);
  });

  test("of equal variants finds ties and no difference", () => {
    const found = compareStudy(cells(() => 0.5));
    expect(found.comparisons[0]).toMatchObject({
      difference: { value: 0, low: 0, high: 0, p: 1 },
      byTask: { ties: 7, p: 1 },
      improvement: { value: 0.5 },
      seedsNeeded: 2,
    });
  });

  test("of nothing is empty", () => {
    expect(compareStudy([])).toMatchObject({ variants: [], comparisons: [] });
  });
});
