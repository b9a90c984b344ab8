import type { Kysely } from "kysely";
import { z } from "zod";
import { pairedDeltaSchema } from "../protocol/interval.ts";
import type { IterationRecord } from "../protocol/records.ts";
import { diagnosisSchema, strategySchema } from "../protocol/strategy.ts";
import { readInterval, writeInterval } from "./interval-columns.ts";
import { readJsonColumn, readNullableJsonColumn, writeNullableJson } from "./json-column.ts";
import { putLedgerEntry } from "./ledger.ts";
import type { Database, IterationRow, NewIteration } from "./schema.ts";

/** Writes an iteration and what its language model calls cost; the same record again changes nothing. The run must be there. */
export async function upsertIteration(
  db: Kysely<Database>,
  record: IterationRecord,
): Promise<void> {
  const row = toRow(record);
  const { runId: _, iteration: __, ...update } = row;
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto("iterations")
      .values(row)
      .onConflict((conflict) => conflict.columns(["runId", "iteration"]).doUpdateSet(update))
      .execute();
    await putLedgerEntry(transaction, {
      key: `${record.runId}/${record.index}/language-model`,
      runId: record.runId,
      iteration: record.index,
      kind: "language-model",
      ...record.usage,
      gpuSeconds: 0,
      spentAt: record.closedAt,
    });
  });
}

/** How many iterations each run of a study has closed. */
export async function countIterations(
  db: Kysely<Database>,
  study: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("iterations")
    .innerJoin("runs", "runs.id", "iterations.runId")
    .select(({ fn }) => ["iterations.runId as run", fn.countAll<number>().as("count")])
    .where("runs.study", "=", study)
    .groupBy("iterations.runId")
    .execute();
  return new Map(rows.map(({ run, count }) => [run, Number(count)]));
}

/** The iterations of a run, in order. @throws StoreDamagedError */
export async function listIterations(
  db: Kysely<Database>,
  runId: string,
): Promise<readonly IterationRecord[]> {
  const rows = await db
    .selectFrom("iterations")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("iteration")
    .execute();
  return rows.map(fromRow);
}

function toRow(record: IterationRecord): NewIteration {
  return {
    runId: record.runId,
    iteration: record.index,
    strategy: writeNullableJson(record.strategy),
    experiments: JSON.stringify(record.experiments),
    outcome: record.outcome,
    stage: record.stage,
    accepted: Number(record.decision.accepted),
    reason: record.decision.reason,
    delta: writeNullableJson(record.delta),
    ...writeInterval("validation", record.validation),
    diagnosis: writeNullableJson(record.diagnosis),
    secondsByStage: JSON.stringify(record.secondsByStage),
    gpuSeconds: record.gpuSeconds,
    ...record.usage,
    closedAt: record.closedAt,
  };
}

function fromRow(row: IterationRow): IterationRecord {
  const where = (column: string): string => `iterations ${row.runId} ${row.iteration} ${column}`;
  return {
    runId: row.runId,
    index: row.iteration,
    strategy: readNullableJsonColumn(strategySchema, row.strategy, where("strategy")),
    experiments: readJsonColumn(z.array(z.string()), row.experiments, where("experiments")),
    outcome: row.outcome as IterationRecord["outcome"],
    stage: row.stage,
    decision: { accepted: row.accepted !== 0, reason: row.reason },
    delta: readNullableJsonColumn(pairedDeltaSchema, row.delta, where("delta")),
    validation: readInterval(
      row.validationValue,
      row.validationLow,
      row.validationHigh,
      row.validationN,
    ),
    diagnosis: readNullableJsonColumn(diagnosisSchema, row.diagnosis, where("diagnosis")),
    secondsByStage: readJsonColumn(
      z.record(z.string(), z.number()),
      row.secondsByStage,
      where("seconds_by_stage"),
    ),
    gpuSeconds: row.gpuSeconds,
    usage: {
      calls: row.calls,
      promptTokens: row.promptTokens,
      completionTokens: row.completionTokens,
      costUsd: row.costUsd,
    },
    closedAt: row.closedAt,
  };
}
