import { expect, test } from "vitest";
import type { StudyRecord } from "../../protocol/study.ts";
import { getExperiment, listExperiments, upsertExperiment } from "../../store/experiments.ts";
import { getItemScores, type ItemScore, putItemScores } from "../../store/item-scores.ts";
import { countIterations, listIterations, upsertIteration } from "../../store/iterations.ts";
import { sumLedger } from "../../store/ledger.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { getRun, listRunStates, listRuns, upsertRun } from "../../store/runs.ts";
import { StoreDamagedError } from "../../store/store-damaged-error.ts";
import { getStudy, listStudies, upsertStudy } from "../../store/studies.ts";
import { TestOpeningError } from "../../store/test-opening-error.ts";
import { getTestOpening, openTest, recordTestScore } from "../../store/test-openings.ts";
import { anExperiment, anInterval, anIteration, aRun, RUN_ID } from "../support/records.ts";
import { onEveryDatabase } from "../support/stores.ts";
import { studySpec } from "../support/study-spec.ts";

onEveryDatabase("the store", (database) => {
  async function setUp() {
    const store = database.open(await database.freshUrl());
    await migrateToLatest(store);
    return store.db;
  }

  test("a run comes back exactly as it was written", async () => {
    const db = await setUp();
    expect(await getRun(db, RUN_ID)).toBeNull();
    await upsertRun(db, aRun());
    await upsertRun(db, aRun());
    expect(await getRun(db, RUN_ID)).toEqual(aRun());
  });

  test("a run is updated in place as it goes on", async () => {
    const db = await setUp();
    const nothing = { baseline: null, best: null, bestValidation: null, bestModel: null };
    const started = aRun({
      ...nothing,
      status: "running",
      stopReason: null,
      closedAt: null,
      bestSubmission: null,
      test: null,
      testSubmetrics: null,
      dataSha256: null,
    });
    await upsertRun(db, started);
    expect(await getRun(db, RUN_ID)).toEqual(started);
    await upsertRun(db, aRun());
    expect(await listRuns(db)).toEqual([aRun()]);
  });

  test("runs are listed newest first, by study, task and status", async () => {
    const db = await setUp();
    const base = aRun();
    const other = "run/night/aime25/ft-agent/s7";
    await upsertRun(db, base);
    await upsertRun(
      db,
      aRun({
        id: other,
        spec: { ...base.spec, id: other, study: "night" },
        startedAt: "2026-02-02T03:04:05.000Z",
        status: "running",
      }),
    );
    const ids = async (filter: Parameters<typeof listRuns>[1]) =>
      (await listRuns(db, filter)).map((run) => run.id);
    expect(await ids({})).toEqual([other, RUN_ID]);
    expect(await ids({ limit: 1 })).toEqual([other]);
    expect(await ids({ study: "local" })).toEqual([RUN_ID]);
    expect(await ids({ task: "aime25", status: "running" })).toEqual([other]);
    expect(await ids({ variant: "no-such" })).toEqual([]);
  });

  test("a study comes back as it was last written, with its runs' states and iterations", async () => {
    const db = await setUp();
    expect(await getStudy(db, "night")).toBeNull();
    const record: StudyRecord = {
      name: "night",
      spec: studySpec({ name: "night" }),
      status: "running",
      startedAt: "2026-02-02T03:04:05.000Z",
      closedAt: null,
      counts: { waiting: 7, running: 1, completed: 0, failed: 0, cancelled: 0 },
    };
    await upsertStudy(db, record);
    const closed = {
      ...record,
      status: "completed" as const,
      closedAt: "2026-02-03T03:04:05.000Z",
      counts: { ...record.counts, waiting: 0, running: 0, completed: 8 },
    };
    await upsertStudy(db, closed);
    await upsertStudy(db, { ...record, name: "evening", startedAt: "2026-02-01T03:04:05.000Z" });
    expect(await getStudy(db, "night")).toEqual(closed);
    expect((await listStudies(db)).map(({ name }) => name)).toEqual(["night", "evening"]);

    await upsertRun(db, aRun());
    await upsertIteration(db, anIteration());
    expect(await listRunStates(db, "local")).toEqual([{ id: RUN_ID, status: aRun().status }]);
    expect(await listRunStates(db, "night")).toEqual([]);
    expect(await countIterations(db, "local")).toEqual(new Map([[RUN_ID, 1]]));
  });

  test("iterations and experiments come back exactly, in order", async () => {
    const db = await setUp();
    await upsertRun(db, aRun());
    const failed = anIteration({
      index: 2,
      strategy: null,
      stage: null,
      outcome: "failed",
      decision: { accepted: false, reason: "no submission" },
      delta: null,
      validation: null,
      diagnosis: null,
    });
    for (const record of [failed, anIteration(), anIteration()]) await upsertIteration(db, record);
    expect(await listIterations(db, RUN_ID)).toEqual([anIteration(), failed]);

    const { result, ...rest } = anExperiment({ id: `${RUN_ID}/it02`, iteration: 2 });
    const broken = {
      ...rest,
      result: {
        ...result,
        outcome: "failed" as const,
        stage: "curateSample" as const,
        failure: {
          class: "code-raised" as const,
          message: "it raised",
          exitCode: 1,
          traceback: "Traceback …",
        },
        benchmark: null,
        model: null,
        metrics: null,
        curated: null,
        lineage: {
          ...result.lineage,
          image: `sha256:${"c".repeat(64)}`,
          scriptSha256: null,
          curatedSha256: null,
          weightsSha256: null,
          config: null,
          device: null,
          threads: null,
        },
      },
    };
    for (const record of [broken, anExperiment(), anExperiment()]) {
      await upsertExperiment(db, record);
    }
    expect(await listExperiments(db, RUN_ID)).toEqual([anExperiment(), broken]);
    expect(await getExperiment(db, broken.id)).toEqual(broken);
    expect(await getExperiment(db, "none")).toBeNull();
  });

  test("what was spent is counted once, however often it is recorded", async () => {
    const db = await setUp();
    expect(await sumLedger(db, RUN_ID)).toMatchObject({ gpuSeconds: 0, usage: { calls: 0 } });
    await upsertRun(db, aRun());
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await upsertIteration(db, anIteration());
      await upsertIteration(db, anIteration({ index: 2 }));
      await upsertExperiment(db, anExperiment());
    }
    expect(await sumLedger(db, RUN_ID)).toEqual({
      gpuSeconds: 21.5,
      usage: { calls: 6, promptTokens: 200, completionTokens: 40, costUsd: 1 },
    });
  });

  test("an iteration without its run is refused", async () => {
    const db = await setUp();
    await expect(upsertIteration(db, anIteration())).rejects.toThrow(/foreign key/i);
    expect((await sumLedger(db, RUN_ID)).usage.calls).toBe(0);
  });

  test("item scores replace those of an earlier attempt and are sorted by item", async () => {
    const db = await setUp();
    const score = (item: string, value: number): ItemScore => ({
      item,
      subtask: "aime2025",
      cluster: item === "b" ? null : "c1",
      score: value,
      error: value === 1 ? null : "wrong",
    });
    await putItemScores(db, "e", "validation", [score("old", 1), score("b", 1)]);
    const now = [score("B", 0.1 + 0.2), score("a", 1), score("b", 0), score("é", 1)];
    await putItemScores(db, "e", "validation", [...now].reverse());
    await putItemScores(db, "e", "dev", []);
    expect(await getItemScores(db, "e", "validation")).toEqual(now);
    expect(await getItemScores(db, "e", "dev")).toEqual([]);
  });

  test("ten thousand item scores are written at once", async () => {
    const db = await setUp();
    const scores = Array.from({ length: 10_000 }, (_, index) => ({
      item: `i${index}`,
      subtask: "s",
      cluster: null,
      score: index % 2,
      error: null,
    }));
    await putItemScores(db, "e", "test", scores);
    expect(await getItemScores(db, "e", "test")).toHaveLength(10_000);
  });

  test("a test is opened once, for one model, and its first score stands", async () => {
    const db = await setUp();
    const request = {
      runId: RUN_ID,
      task: "aime25",
      tier: "mini",
      dataSha256: "d",
      modelSha256: "m",
    };
    await expect(
      recordTestScore(db, { runId: RUN_ID, modelSha256: "m", test: anInterval(1), submetrics: {} }),
    ).rejects.toThrow(/was never opened/);
    const opened = await openTest(db, request, "2026-01-01T00:00:00.000Z");
    expect(opened).toMatchObject({ ...request, scoredAt: null, test: null, submetrics: null });
    expect(await openTest(db, request)).toEqual(opened);

    await expect(openTest(db, { ...request, modelSha256: "n" })).rejects.toThrow(
      /opened at 2026-01-01.* with model m; it can't be opened again with model n/,
    );
    await expect(openTest(db, { ...request, dataSha256: "x" })).rejects.toThrow(TestOpeningError);

    const score = { runId: RUN_ID, modelSha256: "m", test: anInterval(0.7), submetrics: { a: 1 } };
    const scored = await recordTestScore(db, score, "2026-01-01T01:00:00.000Z");
    expect(scored).toMatchObject({ test: anInterval(0.7), submetrics: { a: 1 } });
    expect(await recordTestScore(db, { ...score, test: anInterval(0.9) })).toEqual(scored);
    await expect(recordTestScore(db, { ...score, modelSha256: "n" })).rejects.toThrow(
      TestOpeningError,
    );
    expect(await getTestOpening(db, RUN_ID)).toEqual(scored);
    expect(await openTest(db, request)).toEqual(scored);
  });

  test("two openings at once for different models: one of them wins", async () => {
    const db = await setUp();
    const request = { runId: RUN_ID, task: "t", tier: "mini", dataSha256: "d" };
    const results = await Promise.allSettled(
      ["m", "n"].map((modelSha256) => openTest(db, { ...request, modelSha256 })),
    );
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test.for([
    ["not json", /runs .* budget: not JSON/],
    ['{"iterations": -1}', /runs .* budget: iterations: /],
  ] as const)(
    "a damaged JSON column is named by table, key and column: %s",
    async ([text, message]) => {
      const db = await setUp();
      await upsertRun(db, aRun());
      await db.updateTable("runs").set({ budget: text }).execute();
      const error = await getRun(db, RUN_ID).catch((caught) => caught);
      expect(error).toBeInstanceOf(StoreDamagedError);
      expect(error.message).toMatch(message);
    },
  );
});
