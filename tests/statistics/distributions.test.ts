import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../statistics/normal.ts";
import { createRandom, xoshiro128 } from "../../statistics/random.ts";
import { incompleteBeta, studentTCdf, studentTQuantile } from "../../statistics/student-t.ts";

// Figures of scipy 1.x: scipy.stats.t.cdf(t, df), scipy.stats.t.ppf(p, df), scipy.stats.norm.cdf(x), scipy.stats.norm.ppf(p),
// scipy.special.betainc(a, b, x).

test.for([
  [0.5, 1, 0.6475836176504333],
  [-2.3, 3, 0.05249418032223499],
  [1.7, 4, 0.917822529364975],
  [4, 29, 0.9997999680271737],
  [0, 5, 0.5],
] as const)("Student's t: P(T < %d) with %d degrees of freedom", ([t, df, expected]) => {
  expect(studentTCdf(t, df)).toBeCloseTo(expected, 12);
});

test.for([
  [0.975, 1, 12.706204736174694],
  [0.975, 2, 4.302652729749462],
  [0.975, 4, 2.7764451051977934],
  [0.05, 3, -2.353363434801824],
  [0.995, 29, 2.756385903670605],
] as const)("Student's t: the %d quantile with %d degrees of freedom", ([p, df, expected]) => {
  expect(studentTQuantile(p, df)).toBeCloseTo(expected, 9);
});

test("the incomplete beta function", () => {
  expect(incompleteBeta(0.3, 2, 5)).toBeCloseTo(0.5798250000000003, 12);
  expect(incompleteBeta(0.9, 0.5, 3)).toBeCloseTo(0.9996750253207289, 12);
});

test.for([
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2.2, 0.9860965524865014],
] as const)("normal: P(Z < %d)", ([x, expected]) => {
  expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1.2e-7);
});

test.for([
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.5, 0],
  [0.9, 1.2815515655446004],
  [0.999, 3.090232306167813],
] as const)("normal: the %d quantile", ([p, expected]) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(1e-7);
});

test("random numbers are those of the reference implementation of xoshiro128**", () => {
  const random = xoshiro128([1, 2, 3, 4]);
  expect(Array.from({ length: 8 }, () => random.next())).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
  ]);
});

test("integers below a bound are in range, even, and the same for the same seed", () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 60_000 }, () => random.below(6));
  };
  const counts = new Array(6).fill(0);
  for (const face of draw(1)) counts[face] += 1;
  // 10,000 expected, standard deviation 91.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
