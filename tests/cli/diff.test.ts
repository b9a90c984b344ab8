import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { upsertExperiment } from "../../store/experiments.ts";
import { upsertIteration } from "../../store/iterations.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { upsertRun } from "../../store/runs.ts";
import { dojo } from "../support/dojo.ts";
import { anExperiment, anIteration, aRef, aRun } from "../support/records.ts";

const A = "run/local/aime25/ft-agent/s1";
const B = "run/local/aime25/ft-agent/s2";
let home: string;

/** Two runs that differ in seed, learning rate, strategy and test score. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "dojo-test-"));
  const store = openStore(`sqlite:${join(home, "dojo.db")}`);
  await migrateToLatest(store);
  const { db } = store;
  for (const [id, seed, rate, test] of [
    [A, 1, 1e-3, 0.5],
    [B, 2, 2e-3, 0.6],
  ] as const) {
    const run = aRun();
    const model = aRef(String(seed));
    await upsertRun(db, {
      ...run,
      id,
      spec: { ...run.spec, id, seed },
      best: 1,
      bestModel: model,
      test: { value: test, low: test, high: test, n: 300 },
    });
    const experiment = anExperiment();
    const { lineage } = experiment.result;
    if (lineage.config === null) throw new Error("the experiment has a configuration");
    await upsertExperiment(db, {
      ...experiment,
      id: `${id}/it01`,
      runId: id,
      result: {
        ...experiment.result,
        id: `${id}/it01`,
        model,
        lineage: { ...lineage, config: { ...lineage.config, learning_rate: rate } },
      },
    });
    const iteration = anIteration();
    if (iteration.strategy === null) throw new Error("the iteration has a strategy");
    const strategy = { ...iteration.strategy, hypothesis: `rate ${rate}` };
    await upsertIteration(db, { ...iteration, runId: id, experiments: [`${id}/it01`], strategy });
  }
  await store.close();
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (...args: string[]) => dojo(["diff", ...args], { DOJO_HOME: home });

test("diff tells what differs between two runs, and nothing else", async () => {
  const result = await run("ft-agent/s1", "ft-agent/s2", "--json");
  expect(result.exitCode).toBe(0);
  expect(JSON.parse(result.stdout)).toEqual({
    a: A,
    b: B,
    kind: "run",
    differences: [
      { key: "settings.seed", a: 1, b: 2 },
      { key: "strategy.hypothesis", a: "rate 0.001", b: "rate 0.002" },
      { key: "config.learning_rate", a: 0.001, b: 0.002 },
      { key: "scores.test", a: 0.5, b: 0.6 },
    ],
  });
  expect((await run(A, B)).stdout).toMatch(/scores\.test +0\.5 +0\.6/);
});

test("diff compares experiments too, and finds none between a thing and itself", async () => {
  const experiments = await run(`${A}/it01`, `${B}/it01`, "--json");
  expect(JSON.parse(experiments.stdout).differences).toEqual([
    { key: "strategy.hypothesis", a: "rate 0.001", b: "rate 0.002" },
    { key: "config.learning_rate", a: 0.001, b: 0.002 },
  ]);
  expect((await run(A, A)).stdout).toContain("0 differences");
});

test("things of different kinds, and unknown ones, are refused", async () => {
  expect(await run(A, `${B}/it01`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("is a run and"),
  });
  expect(await run(A, "run/local/aime25/ft-agent/s9")).toMatchObject({ exitCode: 3 });
  expect(await run("study/none", "study/none")).toMatchObject({ exitCode: 3 });
});
