import type { Kysely } from "kysely";
import { z } from "zod";
import { artifactRefSchema } from "../protocol/artifact-ref.ts";
import type { CuratedData, ExperimentResult } from "../protocol/experiment-spec.ts";
import { candidateFailureSchema } from "../protocol/failure-class.ts";
import {
  auditViewSchema,
  benchmarkReportSchema,
  dataStatisticsSchema,
} from "../protocol/feedback.ts";
import type { ExperimentRecord } from "../protocol/records.ts";
import { STAGES } from "../protocol/stage.ts";
import { trainConfigSchema } from "../protocol/train-config.ts";
import { writeInterval } from "./interval-columns.ts";
import { readJsonColumn, readNullableJsonColumn, writeNullableJson } from "./json-column.ts";
import { putLedgerEntry } from "./ledger.ts";
import type { Database, ExperimentRow, NewExperiment } from "./schema.ts";

const curatedSchema = z.object({
  statistics: dataStatisticsSchema,
  audit: auditViewSchema,
  train: artifactRefSchema,
  holdout: artifactRefSchema,
  config: trainConfigSchema,
}) satisfies z.ZodType<CuratedData>;

/** Writes an experiment and the device time it took; the same record again changes nothing. */
export async function upsertExperiment(
  db: Kysely<Database>,
  record: ExperimentRecord,
): Promise<void> {
  const row = toRow(record);
  const { id: _, ...update } = row;
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto("experiments")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doUpdateSet(update))
      .execute();
    await putLedgerEntry(transaction, {
      key: `${record.id}/gpu`,
      runId: record.runId,
      iteration: record.iteration,
      kind: "gpu",
      calls: 0,
      promptTokens: 0,
      completionTokens: 0,
      costUsd: 0,
      gpuSeconds: record.result.gpuSeconds,
      spentAt: record.closedAt,
    });
  });
}

/** An experiment, or null. @throws StoreDamagedError */
export async function getExperiment(
  db: Kysely<Database>,
  id: string,
): Promise<ExperimentRecord | null> {
  const row = await db
    .selectFrom("experiments")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The experiments of a run, by iteration and id. @throws StoreDamagedError */
export async function listExperiments(
  db: Kysely<Database>,
  runId: string,
): Promise<readonly ExperimentRecord[]> {
  const rows = await db
    .selectFrom("experiments")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("iteration")
    .orderBy("closedAt")
    .orderBy("id")
    .execute();
  return rows.map(fromRow);
}

function toRow(record: ExperimentRecord): NewExperiment {
  const { result } = record;
  const { lineage } = result;
  return {
    id: record.id,
    runId: record.runId,
    task: record.task,
    iteration: record.iteration,
    outcome: result.outcome,
    stage: result.stage,
    failureClass: result.failure?.class ?? null,
    failure: writeNullableJson(result.failure),
    metric: result.benchmark?.metric ?? null,
    ...writeInterval("validation", result.benchmark?.validation ?? null),
    benchmark: writeNullableJson(result.benchmark),
    feedback: JSON.stringify(result.feedback),
    model: writeNullableJson(result.model),
    metrics: writeNullableJson(result.metrics),
    curated: writeNullableJson(result.curated),
    submission: JSON.stringify(record.submission),
    secondsByStage: JSON.stringify(result.secondsByStage),
    gpuSeconds: result.gpuSeconds,
    dataSha256: lineage.dataSha256,
    submissionSha256: lineage.submissionSha256,
    scriptSha256: lineage.scriptSha256,
    curatedSha256: lineage.curatedSha256,
    baseModelSha256: lineage.baseModelSha256,
    weightsSha256: lineage.weightsSha256,
    config: writeNullableJson(lineage.config),
    curateSeed: lineage.seeds.curate,
    trainSeed: lineage.seeds.train,
    versions: JSON.stringify(lineage.versions),
    protection: lineage.protection,
    device: lineage.device,
    threads: lineage.threads,
    image: lineage.image ?? null,
    closedAt: record.closedAt,
  };
}

function fromRow(row: ExperimentRow): ExperimentRecord {
  const where = (column: string): string => `experiments ${row.id} ${column}`;
  const nullable = <S extends z.ZodType>(schema: S, text: string | null, column: string) =>
    readNullableJsonColumn(schema, text, where(column));
  return {
    id: row.id,
    runId: row.runId,
    task: row.task,
    iteration: row.iteration,
    submission: readJsonColumn(artifactRefSchema, row.submission, where("submission")),
    closedAt: row.closedAt,
    result: {
      id: row.id,
      outcome: row.outcome as ExperimentResult["outcome"],
      stage: row.stage as ExperimentResult["stage"],
      failure: nullable(candidateFailureSchema, row.failure, "failure"),
      feedback: readJsonColumn(artifactRefSchema, row.feedback, where("feedback")),
      benchmark: nullable(benchmarkReportSchema, row.benchmark, "benchmark"),
      model: nullable(artifactRefSchema, row.model, "model"),
      metrics: nullable(artifactRefSchema, row.metrics, "metrics"),
      curated: nullable(curatedSchema, row.curated, "curated"),
      lineage: {
        dataSha256: row.dataSha256,
        submissionSha256: row.submissionSha256,
        scriptSha256: row.scriptSha256,
        curatedSha256: row.curatedSha256,
        baseModelSha256: row.baseModelSha256,
        weightsSha256: row.weightsSha256,
        config: nullable(trainConfigSchema, row.config, "config"),
        seeds: { curate: row.curateSeed, train: row.trainSeed },
        versions: readJsonColumn(z.record(z.string(), z.string()), row.versions, where("versions")),
        protection: row.protection,
        device: row.device,
        threads: row.threads,
        ...(row.image === null ? {} : { image: row.image }),
      },
      secondsByStage: readJsonColumn(
        z.partialRecord(z.enum(STAGES), z.number()),
        row.secondsByStage,
        where("seconds_by_stage"),
      ),
      gpuSeconds: row.gpuSeconds,
    },
  };
}
