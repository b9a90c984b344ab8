import type { Kysely } from "kysely";
import { z } from "zod";
import { artifactRefSchema } from "../protocol/artifact-ref.ts";
import type { RunRecord, RunStatus } from "../protocol/records.ts";
import { budgetSchema, runSpecSchema } from "../protocol/run-spec.ts";
import { readInterval, writeInterval } from "./interval-columns.ts";
import { readJsonColumn, readNullableJsonColumn, writeNullableJson } from "./json-column.ts";
import type { Database, NewRun, RunRow } from "./schema.ts";

/** Which runs {@link listRuns} gives; what is left out is not filtered by. */
export interface RunFilter {
  readonly study?: string;
  readonly task?: string;
  readonly variant?: string;
  readonly status?: RunStatus;
  /** @default 1000 */
  readonly limit?: number;
}

/** Writes a run as it stands; the same record again changes nothing. */
export async function upsertRun(db: Kysely<Database>, record: RunRecord): Promise<void> {
  const row = toRow(record);
  const { id: _, ...update } = row;
  await db
    .insertInto("runs")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doUpdateSet(update))
    .execute();
}

/** A run, or null. @throws StoreDamagedError */
export async function getRun(db: Kysely<Database>, id: string): Promise<RunRecord | null> {
  const row = await db.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Runs, the newest first. @throws StoreDamagedError */
export async function listRuns(
  db: Kysely<Database>,
  filter: RunFilter = {},
): Promise<readonly RunRecord[]> {
  let query = db.selectFrom("runs").selectAll();
  for (const column of ["study", "task", "variant", "status"] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  const rows = await query
    .orderBy("startedAt", "desc")
    .orderBy("id")
    .limit(filter.limit ?? 1000)
    .execute();
  return rows.map(fromRow);
}

/** Id and status of every run of a study: little enough to read for ten thousand of them. */
export async function listRunStates(
  db: Kysely<Database>,
  study: string,
): Promise<readonly { readonly id: string; readonly status: RunStatus }[]> {
  const rows = await db
    .selectFrom("runs")
    .select(["id", "status"])
    .where("study", "=", study)
    .execute();
  return rows.map(({ id, status }) => ({ id, status: status as RunStatus }));
}

function toRow(record: RunRecord): NewRun {
  const { spec, spent } = record;
  return {
    id: record.id,
    study: spec.study,
    task: spec.task,
    domain: spec.domain,
    tier: spec.tier,
    variant: spec.variant,
    agent: spec.agent.name,
    backbone: spec.agent.backbone,
    seed: spec.seed,
    spec: JSON.stringify(spec),
    status: record.status,
    stopReason: record.stopReason,
    startedAt: record.startedAt,
    closedAt: record.closedAt,
    ...writeInterval("baseline", record.baseline),
    best: record.best,
    ...writeInterval("bestValidation", record.bestValidation),
    bestModel: writeNullableJson(record.bestModel),
    bestSubmission: writeNullableJson(record.bestSubmission),
    ...writeInterval("test", record.test),
    testSubmetrics: writeNullableJson(record.testSubmetrics),
    gpuSeconds: spent.gpuSeconds,
    wallSeconds: spent.wallSeconds,
    ...spent.usage,
    looks: record.looks,
    steered: Number(record.steered),
    rebudgeted: Number(record.rebudgeted),
    budget: JSON.stringify(record.budget),
    protection: record.protection,
    dataSha256: record.dataSha256,
  };
}

function fromRow(row: RunRow): RunRecord {
  const where = (column: string): string => `runs ${row.id} ${column}`;
  return {
    id: row.id,
    spec: readJsonColumn(runSpecSchema, row.spec, where("spec")),
    status: row.status as RunStatus,
    stopReason: row.stopReason,
    startedAt: row.startedAt,
    closedAt: row.closedAt,
    baseline: readInterval(row.baselineValue, row.baselineLow, row.baselineHigh, row.baselineN),
    best: row.best,
    bestValidation: readInterval(
      row.bestValidationValue,
      row.bestValidationLow,
      row.bestValidationHigh,
      row.bestValidationN,
    ),
    bestModel: readNullableJsonColumn(artifactRefSchema, row.bestModel, where("best_model")),
    bestSubmission: readNullableJsonColumn(
      artifactRefSchema,
      row.bestSubmission,
      where("best_submission"),
    ),
    test: readInterval(row.testValue, row.testLow, row.testHigh, row.testN),
    testSubmetrics: readNullableJsonColumn(
      z.record(z.string(), z.number()),
      row.testSubmetrics,
      where("test_submetrics"),
    ),
    spent: {
      gpuSeconds: row.gpuSeconds,
      wallSeconds: row.wallSeconds,
      usage: {
        calls: row.calls,
        promptTokens: row.promptTokens,
        completionTokens: row.completionTokens,
        costUsd: row.costUsd,
      },
    },
    looks: row.looks,
    steered: row.steered !== 0,
    rebudgeted: row.rebudgeted !== 0,
    budget: readJsonColumn(budgetSchema, row.budget, where("budget")),
    protection: row.protection,
    dataSha256: row.dataSha256,
  };
}
