import type { Kysely } from "kysely";
import { z } from "zod";
import type { Interval } from "../protocol/interval.ts";
import { readInterval, writeInterval } from "./interval-columns.ts";
import { readNullableJsonColumn } from "./json-column.ts";
import type { Database, TestOpeningRow } from "./schema.ts";
import { TestOpeningError } from "./test-opening-error.ts";

/** A run's entry in the register of held-out tests. */
export interface TestOpening {
  readonly runId: string;
  readonly task: string;
  readonly tier: string;
  readonly dataSha256: string;
  readonly modelSha256: string;
  readonly openedAt: string;
  /** null: opened, never scored. */
  readonly scoredAt: string | null;
  readonly test: Interval | null;
  readonly submetrics: Readonly<Record<string, number>> | null;
}

/**
 * Registers the opening of a run's held-out test, or returns the one that is registered, with its score when it has one.
 * @throws TestOpeningError when it was opened for another model or other data
 */
export async function openTest(
  db: Kysely<Database>,
  request: Pick<TestOpening, "runId" | "task" | "tier" | "dataSha256" | "modelSha256">,
  openedAt: string = new Date().toISOString(),
): Promise<TestOpening> {
  const { runId, task, tier, dataSha256, modelSha256 } = request;
  await db
    .insertInto("testOpenings")
    .values({ runId, task, tier, dataSha256, modelSha256, openedAt })
    .onConflict((conflict) => conflict.column("runId").doNothing())
    .execute();
  const opening = await getTestOpening(db, runId);
  if (opening === null) throw new TestOpeningError(runId, "vanished from the register");
  refuseOther("model", opening, opening.modelSha256, modelSha256);
  refuseOther("data", opening, opening.dataSha256, dataSha256);
  return opening;
}

/**
 * Records the score of an opened test. The first score stands: a repeat returns it.
 * @throws TestOpeningError when the test was not opened, or for another model
 */
export async function recordTestScore(
  db: Kysely<Database>,
  score: {
    readonly runId: string;
    readonly modelSha256: string;
    readonly test: Interval;
    readonly submetrics: Readonly<Record<string, number>>;
  },
  scoredAt: string = new Date().toISOString(),
): Promise<TestOpening> {
  await db
    .updateTable("testOpenings")
    .set({
      scoredAt,
      ...writeInterval("test", score.test),
      submetrics: JSON.stringify(score.submetrics),
    })
    .where("runId", "=", score.runId)
    .where("modelSha256", "=", score.modelSha256)
    .where("scoredAt", "is", null)
    .execute();
  const opening = await getTestOpening(db, score.runId);
  if (opening === null) throw new TestOpeningError(score.runId, "was never opened");
  refuseOther("model", opening, opening.modelSha256, score.modelSha256);
  return opening;
}

/** The register's entry of a run, or null. @throws StoreDamagedError */
export async function getTestOpening(
  db: Kysely<Database>,
  runId: string,
): Promise<TestOpening | null> {
  const row = await db
    .selectFrom("testOpenings")
    .selectAll()
    .where("runId", "=", runId)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

function refuseOther(what: string, opening: TestOpening, registered: string, given: string): void {
  if (registered === given) return;
  throw new TestOpeningError(
    opening.runId,
    `was opened at ${opening.openedAt} with ${what} ${registered}; it can't be opened again with ${what} ${given}`,
  );
}

function fromRow(row: TestOpeningRow): TestOpening {
  return {
    runId: row.runId,
    task: row.task,
    tier: row.tier,
    dataSha256: row.dataSha256,
    modelSha256: row.modelSha256,
    openedAt: row.openedAt,
    scoredAt: row.scoredAt,
    test: readInterval(row.testValue, row.testLow, row.testHigh, row.testN),
    submetrics: readNullableJsonColumn(
      z.record(z.string(), z.number()),
      row.submetrics,
      `test_openings ${row.runId} submetrics`,
    ),
  };
}
