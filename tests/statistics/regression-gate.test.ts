import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../statistics/normal.ts";
import { createRandom, type Random } from "../../statistics/random.ts";
import { regressionGate } from "../../statistics/regression-gate.ts";
import { signFlipTest } from "../../statistics/sign-flip-test.ts";

describe("the sign-flip test", () => {
  test("counts all sign patterns of few differences", () => {
    // Of 32 patterns of 1..5 one is as high as the observed.
    expect(signFlipTest([1, 2, 3, 4, 5])).toEqual({ less: 1, greater: 1 / 32, exact: true });
    expect(signFlipTest([-1, -2, -3, -4, -5])).toEqual({ less: 1 / 32, greater: 1, exact: true });
    // 1, 1, -1: the sums 3, 1 (three times), -1 (three times), -3.
    expect(signFlipTest([1, 1, -1])).toEqual({ less: 7 / 8, greater: 4 / 8, exact: true });
    expect(signFlipTest([0, 0, 0])).toEqual({ less: 1, greater: 1, exact: true });
  });

  test("draws patterns of many differences, close to the exact probability", () => {
    const differences = Array.from(
      { length: 20 },
      (_, at) => (at % 3 === 0 ? -1 : 1) * (1 + at / 7),
    );
    const exact = signFlipTest(differences);
    // Zeros change no sum, so this is the same question to the drawn test.
    const drawn = signFlipTest([...differences, 0], { draws: 200_000 });
    expect(drawn.exact).toBe(false);
    expect(drawn.greater).toBeCloseTo(exact.greater, 2);
    expect(drawn.less).toBeCloseTo(exact.less, 2);
    expect(signFlipTest([...differences, 0], { draws: 200_000 })).toEqual(drawn);
  });

  test("needs differences", () => {
    expect(() => signFlipTest([])).toThrow(RangeError);
  });
});

describe("the regression gate", () => {
  const settings = { effect: 0.05, level: 0.05 };
  const nights = (n: number, shift: number, random: Random, deviation = 0.04) =>
    Array.from({ length: n }, () => ({
      baseline: 0.7,
      night: 0.7 + shift + deviation * normalQuantile((random.next() + 0.5) / 2 ** 32),
    }));

  test("calls a night without a change a regression no more often than its level says", () => {
    const random = createRandom(1);
    const verdicts = Array.from(
      { length: 1000 },
      () => regressionGate(nights(12, 0, random), settings).verdict,
    );
    const alarms = verdicts.filter((verdict) => verdict === "regression").length;
    // Three standard errors above the level; half the effect as a threshold makes it rarer still.
    expect(alarms).toBeLessThan(50 + 3 * Math.sqrt(1000 * 0.05 * 0.95));
    const strict = Array.from(
      { length: 1000 },
      () => regressionGate(nights(12, 0, random), { effect: 1e-9, level: 0.05 }).verdict,
    ).filter((verdict) => verdict === "regression").length;
    expect(strict).toBeLessThan(50 + 3 * Math.sqrt(1000 * 0.05 * 0.95));
    expect(strict).toBeGreaterThan(50 - 3 * Math.sqrt(1000 * 0.05 * 0.95));
  });

  test("notices a loss of the effect as often as its power says", () => {
    const random = createRandom(2);
    const findings = Array.from({ length: 1000 }, () =>
      regressionGate(nights(12, -0.05, random), settings),
    );
    const noticed = findings.filter(({ verdict }) => verdict === "regression").length / 1000;
    const power = findings.reduce((sum, finding) => sum + finding.power, 0) / 1000;
    expect(noticed).toBeGreaterThan(0.9);
    expect(Math.abs(noticed - power)).toBeLessThan(0.05);
  });

  test("takes certain losses that are of no concern for none, and tells gains", () => {
    const shifted = (shift: number) =>
      Array.from({ length: 8 }, (_, at) => ({
        baseline: 0.5 + at / 100,
        night: 0.5 + at / 100 + shift,
      }));
    expect(regressionGate(shifted(-0.002), settings)).toMatchObject({ verdict: "pass" });
    expect(regressionGate(shifted(-0.03), settings)).toMatchObject({ verdict: "regression", n: 8 });
    expect(regressionGate(shifted(0.03), settings)).toMatchObject({ verdict: "gain" });
    expect(regressionGate(shifted(0), settings)).toMatchObject({
      verdict: "pass",
      difference: { value: 0, low: 0, high: 0 },
      power: 1,
    });
  });

  test("has no power where so few cells could never show a loss, and says how many would", () => {
    const few = regressionGate(nights(4, -0.2, createRandom(3)), settings);
    expect(few).toMatchObject({ verdict: "pass", power: 0 });
    const noisy = regressionGate(nights(6, 0, createRandom(4), 0.1), settings);
    expect(noisy.power).toBeLessThan(0.5);
    expect(noisy.pairsNeeded).toBeGreaterThan(6);
  });
});
